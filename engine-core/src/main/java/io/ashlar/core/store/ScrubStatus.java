package io.ashlar.core.store;

/// How a pool's scrub stands.
///
/// @param running whether a pass is under way
/// @param asked whether somebody asked for the pass under way, or it began by itself
/// @param segment the segment that is being checked, or where the next pass goes on
/// @param segments how many there are
/// @param passes passes that ended since the start of the daemon
/// @param bytesRead since the start of the daemon
/// @param startedMillis when this daemon began the present pass or went on with it, or the last
///   one; 0 if it made none
/// @param endedMillis when the last pass ended, under this daemon or one before; 0 if none did
/// @param found since the start of the daemon; what several passes meet at one place counts once
/// @param foundByPass by the present pass or the last one, since the start of the daemon
public record ScrubStatus(
    boolean running,
    boolean asked,
    int segment,
    int segments,
    long passes,
    long bytesRead,
    long startedMillis,
    long endedMillis,
    ScrubFindings found,
    ScrubFindings foundByPass) {}
