package io.ashlar.nvme.local;

import org.jspecify.annotations.Nullable;

/// How a device does, as far as its requests and its own log tell.
///
/// @param ioErrors requests that ended with an error of the device since it was opened
/// @param slowRequests requests that took longer than [DeviceOptions#slowAfterNs]
/// @param worstLatencyNs the longest that any request took
/// @param gone whether the device was found to be missing (pulled, or its driver gave up)
/// @param smart the device's own log, null where there is none
/// @param smartNote why `smart` is null, or where it was read
public record DeviceHealth(
    long ioErrors,
    long slowRequests,
    long worstLatencyNs,
    boolean gone,
    @Nullable SmartLog smart,
    String smartNote) {}
