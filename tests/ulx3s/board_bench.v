// SPDX-License-Identifier: Apache-2.0
// board_bench - ulx3s_top as it is synthesized, with a host at the other end of two pipes.
//
// The host writes numbers of hexadecimal digits into +to: a byte to send, or from 1000000 on a wait
// for a byte, at most so many bits long; the answer, in +from, is the byte or "none".  Bytes to
// send wait in a queue and follow each other at once.  Time passes only in waits.
//
//   +skew=N   the host's bits are N in a thousand longer, or shorter
//   +lose=N   byte N from the host does not arrive (1 is the first)
//   +flip=N   its lowest bit does so wrongly
//   +stop=N   it has no stop bit
//   +break=N  after it the line is low for 30 bits
//   +deaf=N   byte N from the board is lost
//   +button=N after byte N from the host somebody presses the button
//   +most=N   after so many bits the simulation ends
`timescale 1ns / 1ps
`default_nettype none

module board_bench #(
    parameter CLOCK_MHZ = 50,
    parameter BAUD      = 3000000,
    parameter BUFFER_W  = 11
);
    localparam WAIT = 32'h01000000;
    localparam ROOM = 1 << 16;

    reg clk_25mhz;
    reg button;
    reg to_board;
    wire from_board;
    wire [7:0] led;
    wire wifi_gpio0;

    ulx3s_top #(
        .CLOCK_MHZ (CLOCK_MHZ),
        .BAUD      (BAUD),
        .BUFFER_W  (BUFFER_W),
        .RESET_W   (4),
        .LED_W     (4)
    ) u_top (
        .clk_25mhz  (clk_25mhz),
        .btn_fire1  (button),
        .ftdi_txd   (to_board),
        .ftdi_rxd   (from_board),
        .led        (led),
        .wifi_gpio0 (wifi_gpio0)
    );

    initial begin
        clk_25mhz = 1'b0;
        forever #20 clk_25mhz = !clk_25mhz;
    end

    reg [7:0] seen; // which LEDs were on
    initial seen = 8'd0;
    always @(led) if (^led !== 1'bx) seen = seen | led;

    // ---- what goes wrong -------------------------------------------------------------------
    integer skew, lose, flip, stop, low, deaf, press, most;
    real bit_ns;

    initial begin
        if (!$value$plusargs("skew=%d", skew))   skew = 0;
        if (!$value$plusargs("lose=%d", lose))   lose = 0;
        if (!$value$plusargs("flip=%d", flip))   flip = 0;
        if (!$value$plusargs("stop=%d", stop))   stop = 0;
        if (!$value$plusargs("break=%d", low))   low = 0;
        if (!$value$plusargs("deaf=%d", deaf))   deaf = 0;
        if (!$value$plusargs("button=%d", press)) press = 0;
        bit_ns = 1.0e9 / BAUD * (1000 + skew) / 1000.0;
        if ($value$plusargs("most=%d", most)) #(most * bit_ns) $finish;
    end

    // ---- from the host to the board --------------------------------------------------------
    reg [7:0] queue [0:ROOM-1];
    integer   queued, sent; // bytes so far
    integer   in_a_row, most_in_a_row;
    real      idle_since;

    task send_bits(input [7:0] value, input stop_bit);
        integer k;
        begin
            to_board = 1'b0;
            #(bit_ns);
            for (k = 0; k < 8; k = k + 1) begin
                to_board = value[k];
                #(bit_ns);
            end
            to_board = stop_bit;
            #(bit_ns);
            to_board = 1'b1;
        end
    endtask

    initial begin
        to_board = 1'b1;
        button = 1'b0;
        sent = 0;
        in_a_row = 0;
        most_in_a_row = 0;
        idle_since = -1.0;
        forever begin
            wait (sent != queued);
            in_a_row = idle_since == $realtime ? in_a_row + 1 : 1;
            if (in_a_row > most_in_a_row) most_in_a_row = in_a_row;
            sent = sent + 1;
            if (sent != lose)
                send_bits(queue[(sent - 1) % ROOM] ^ {7'd0, sent == flip}, sent != stop);
            if (sent == low) begin
                to_board = 1'b0;
                #(30 * bit_ns) to_board = 1'b1;
                #(2 * bit_ns);
            end
            if (sent == press) begin
                button = 1'b1;
                #1000 button = 1'b0;
            end
            idle_since = $realtime;
        end
    end

    // ---- from the board to the host --------------------------------------------------------
    reg [7:0] heard [0:ROOM-1];
    reg [7:0] value;
    integer   came, received, taken, k; // on the line, not lost, by the host

    initial begin
        came = 0;
        received = 0;
        wait (led[0]); // before that the line is what it was when power came on
        forever begin
            @(negedge from_board) #(1.5 * bit_ns);
            for (k = 0; k < 8; k = k + 1) begin
                value[k] = from_board;
                #(bit_ns);
            end
            if (from_board !== 1'b1) $display("board_bench: a byte without stop bit");
            came = came + 1;
            if (came != deaf) begin
                heard[received % ROOM] = value;
                received = received + 1;
            end
        end
    end

    // ---- the host --------------------------------------------------------------------------
    reg [8*256:1] path_to, path_from;
    reg [31:0]    word;
    integer       to, from, got, waited;

    initial begin
        queued = 0;
        taken = 0;
        got = $value$plusargs("to=%s", path_to) + $value$plusargs("from=%s", path_from);
        to = $fopen(path_to, "r");
        from = $fopen(path_from, "w");
        wait (led[0]);
        #(20 * bit_ns);
        got = $fscanf(to, "%h", word);
        while (got == 1) begin
            if (word < WAIT) begin
                queue[queued % ROOM] = word[7:0];
                queued = queued + 1;
            end else begin
                waited = 0;
                while (taken == received && waited < word - WAIT)
                    #(bit_ns) waited = waited + 1;
                if (taken == received) begin
                    $fdisplay(from, "none");
                end else begin
                    $fdisplay(from, "%h", heard[taken % ROOM]);
                    taken = taken + 1;
                end
                $fflush(from);
            end
            got = $fscanf(to, "%h", word);
        end
        $display("%0d bytes sent, %0d at most in a row; %0d received", sent, most_in_a_row,
                 received);
        $display("LEDs 4..0 that were on: %b", seen[4:0]);
        $finish;
    end
endmodule

`default_nettype wire
