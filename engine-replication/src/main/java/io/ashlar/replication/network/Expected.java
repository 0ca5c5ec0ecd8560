package io.ashlar.replication.network;

import io.ashlar.replication.transport.TrafficClass;

/// Whom a connection was dialed to, and for what.
record Expected(int node, TrafficClass traffic) {}
