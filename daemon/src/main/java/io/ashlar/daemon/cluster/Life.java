package io.ashlar.daemon.cluster;

import io.ashlar.daemon.config.DaemonOptions;
import io.ashlar.replication.identity.NodeCredentials;

/// This node in its present life.
///
/// @param credentials what it proves itself with
/// @param membership what it is in its cluster
/// @param options where it is
/// @param incarnation the number of this life, higher than of any before it
public record Life(
    NodeCredentials credentials,
    Membership membership,
    DaemonOptions.Cluster options,
    long incarnation) {}
