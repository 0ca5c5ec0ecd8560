package io.ashlar.simulation.network;

/// What may befall one message.
public enum NetworkFault {
  /// It never arrives.
  LOST,
  /// It takes [NetworkOptions#lateNs] longer, and what was sent after it waits behind it.
  LATE,
  /// It takes longer, and what was sent after it does not wait.
  OVERTAKEN,
  /// It arrives twice.
  DOUBLED,
  /// The connection breaks in the middle of it: nothing that is on the way between the two nodes in
  /// this direction arrives.
  RESET
}
