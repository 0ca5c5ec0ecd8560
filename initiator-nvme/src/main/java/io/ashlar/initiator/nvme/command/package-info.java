/// The words of NVMe that travel inside capsules: submission entries, status codes, and the data
/// structures of commands, after the NVM Express Base Specification 2.0 (with Fabrics) and the NVM
/// Command Set Specification 1.0. No I/O.
@NullMarked
package io.ashlar.initiator.nvme.command;

import org.jspecify.annotations.NullMarked;
