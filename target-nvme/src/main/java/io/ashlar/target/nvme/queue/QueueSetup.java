package io.ashlar.target.nvme.queue;

/// What a queue pair is made with.
///
/// @param queueEntries its size as the host asked, one-based
/// @param withoutFlowControl SQ head pointers are not kept
/// @param onRoom run when memory came free, for a connection whose decoder is held
/// @param onLeave run when the host has said that it leaves this queue
record QueueSetup(
    PayloadPool pool,
    int queueEntries,
    boolean withoutFlowControl,
    Runnable onRoom,
    Runnable onLeave) {}
