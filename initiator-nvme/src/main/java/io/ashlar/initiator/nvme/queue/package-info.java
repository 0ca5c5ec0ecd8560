/// One queue pair is one TCP connection: command slots, the PDU state machine, and nothing else. It
/// is driven by its owner's thread, which either spins on `poll` or sleeps in `await`; after
/// connect it allocates nothing.
@NullMarked
package io.ashlar.initiator.nvme.queue;

import org.jspecify.annotations.NullMarked;
