// SPDX-License-Identifier: Apache-2.0
// protocol.vh - numbers of the serial line, from protocol.def by `ulx3s_host protocol`; do not edit.
`define LINK_VERSION      8'h01 // of all this; the board tells it
`define LINK_BAUD        32'h000f4240 // bits a second, if nothing else is said
`define LINK_END          8'hc0 // boundary of frames
`define LINK_ESC          8'hdb // begins an escape
`define LINK_ESC_END      8'hdc // behind ESC: a byte END
`define LINK_ESC_ESC      8'hdd // behind ESC: a byte ESC
`define LINK_CRC_START   16'hffff // what the check sum begins with
`define LINK_START        8'h01 // host: begin anew
`define LINK_GO_ON        8'h02 // host: x of a frame
`define LINK_FIRST        8'h03 // host: x of a frame that begins an utterance
`define LINK_HELLO        8'h81 // board: has begun anew; who it is
`define LINK_Y            8'h82 // board: y of a frame
`define LINK_ERROR        8'h83 // board: a frame was not taken
`define LINK_LINE         8'h01 // a byte without stop bit, or a wrong escape
`define LINK_CHECK        8'h02 // wrong check sum
`define LINK_KIND         8'h03 // unknown kind
`define LINK_LENGTH       8'h04 // wrong length
`define LINK_NUMBER       8'h05 // not the number that was due
`define LINK_ROOM         8'h06 // the buffer was full
`define LINK_WINDOW_MOST 32'h0000007f // frames without answer, at most: half of what numbers tell apart
