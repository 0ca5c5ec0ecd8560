package io.ashlar.daemon.cluster;

import org.jspecify.annotations.Nullable;

/// What this node sees of another one.
///
/// @param isUp whether it can be reached on the storage network
/// @param sinceMillis since when that is so, in epoch milliseconds
/// @param sentence why it cannot be reached; null if it can, or nothing is known
public record PeerView(boolean isUp, long sinceMillis, @Nullable String sentence) {}
