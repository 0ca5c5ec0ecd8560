package io.ashlar.core.store;

/// How a pool's scrub stands.
///
/// @param running whether a pass is under way
/// @param segment the segment that is being checked, or was checked last
/// @param segments how many there are
/// @param passes passes that ended since the start of the daemon
/// @param bytesRead since the start of the daemon
/// @param damages damages of what is alive found since the start of the daemon
/// @param startedMillis when the present pass began, or the last one; 0 if none did
/// @param endedMillis when the last pass ended; 0 if none did
public record ScrubStatus(
    boolean running,
    int segment,
    int segments,
    long passes,
    long bytesRead,
    long damages,
    long startedMillis,
    long endedMillis) {}
