package io.ashlar.target.nvme.controller;

/// What a controller's I/O queues have moved; for its health log.
public final class TrafficCounters {
  public long readCommands;
  public long readBytes;
  public long writeCommands;
  public long writtenBytes;
}
