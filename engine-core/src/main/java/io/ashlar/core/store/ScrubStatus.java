package io.ashlar.core.store;

/// How a pool's scrub stands.
///
/// @param running whether a pass is under way
/// @param asked whether somebody asked for the pass under way, or it began by itself
/// @param segment the segment that is being checked, or where the next pass goes on
/// @param segments how many there are
/// @param passes passes that ended since the start of the daemon
/// @param bytesRead since the start of the daemon
/// @param damages damages of what is alive found in segments since the start of the daemon
/// @param startedMillis when the present pass began or went on, or the last one; 0 if none did
/// @param endedMillis when the last pass ended; 0 if none did
/// @param found since the start of the daemon
/// @param foundByPass since `startedMillis`
public record ScrubStatus(
    boolean running,
    boolean asked,
    int segment,
    int segments,
    long passes,
    long bytesRead,
    long damages,
    long startedMillis,
    long endedMillis,
    ScrubFindings found,
    ScrubFindings foundByPass) {}
