// SPDX-License-Identifier: Apache-2.0
// ese_image - stops a simulation whose memory image is not there: $readmemh alone goes on with X.
//
// Synthesis has its own errors for that, and sees an empty module.
`resetall
`timescale 1ns / 1ps
`default_nettype none

module ese_image #(
    parameter FILE = "" // memory image, as $readmemh is given it
) ();
`ifndef SYNTHESIS
    initial begin : look
        integer file;
        file = $fopen(FILE, "r");
        if (file == 0) begin
            $display("memory image '%0s' cannot be read; ESE_MEM_DIR names its folder", FILE);
            $fatal;
        end else begin
            $fclose(file);
        end
    end
`endif
endmodule

`resetall
