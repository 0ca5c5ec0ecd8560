package io.ashlar.replication.network;

/// Which end of a connection this is: the client's or the server's.
public enum ConnectionRole {
  DIALED,
  ACCEPTED
}
