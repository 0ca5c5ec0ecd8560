package io.ashlar.replication.transport;

/// What a message is for. Those of one class never wait behind those of a later one.
public enum TrafficClass {
  /// Heartbeats, leases, who leads: short, and late is as good as never.
  CONTROL(0),
  /// Hosts' writes on their way to the other replicas, and their acknowledgements.
  REPLICATION(1),
  /// What a replica that was away catches up with.
  RESYNC(2);

  /// How many classes there are.
  public static final int COUNT = 3;

  private final int code;

  TrafficClass(int code) {
    this.code = code;
  }

  /// A number from 0 on, the most urgent first.
  public int code() {
    return code;
  }
}
