package io.ashlar.core.segment;

/// What every group header of a lane's present life says of its writer.
///
/// @param secret the device's
/// @param epoch of this start
public record LogIdentity(long secret, int lane, int epoch) {}
