package io.ashlar.replication.network;

import io.ashlar.replication.transport.TrafficClass;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// Another node, as this one knows it: where it is, which process of it was there last, and its
/// connections, one per class.
final class Peer {
  private final int node;
  private final InetSocketAddress address;
  private final @Nullable PeerConnection[] connections = new PeerConnection[TrafficClass.COUNT];
  private final @Nullable DialSchedule[] schedules = new DialSchedule[TrafficClass.COUNT];
  private long incarnation;
  private @Nullable String complaint;

  Peer(int node, InetSocketAddress address) {
    this.node = node;
    this.address = address;
  }

  /// This node is the one that dials it.
  void dialFrom(NetworkLimits limits, long seed, long nowNs) {
    for (int traffic = 0; traffic < TrafficClass.COUNT; traffic++) {
      schedules[traffic] = new DialSchedule(limits, seed * TrafficClass.COUNT + traffic, nowNs);
    }
  }

  /// When it is dialed; null if it dials itself.
  @Nullable DialSchedule schedule(TrafficClass traffic) {
    return schedules[traffic.code()];
  }

  /// A connection to it that was dialed is over.
  void ended(TrafficClass traffic, long nowNs) {
    DialSchedule schedule = schedule(traffic);
    if (schedule != null) {
      schedule.ended(nowNs);
    }
  }

  int node() {
    return node;
  }

  InetSocketAddress address() {
    return address;
  }

  /// Of the newest process that was ever there; 0 if there was none.
  long incarnation() {
    return incarnation;
  }

  void incarnation(long next) {
    incarnation = next;
  }

  @Nullable PeerConnection connection(TrafficClass traffic) {
    return connections[traffic.code()];
  }

  @Nullable PeerConnection connection(int traffic) {
    return connections[traffic];
  }

  void connected(PeerConnection connection) {
    connections[connection.traffic().code()] = connection;
    DialSchedule schedule = schedule(connection.traffic());
    if (schedule != null) {
      schedule.established();
    }
    if (connection.traffic() == TrafficClass.CONTROL) {
      complaint = null;
    }
  }

  /// @return false if it was not the peer's connection any more
  @SuppressWarnings("ReferenceEquality") // this connection, not one like it
  boolean disconnected(PeerConnection connection) {
    int traffic = connection.traffic().code();
    if (connections[traffic] != connection) {
      return false;
    }
    connections[traffic] = null;
    return true;
  }

  boolean isUp() {
    return connection(TrafficClass.CONTROL) != null;
  }

  /// Ends all its connections.
  void dismiss(EndKind kind, String reason) {
    for (int traffic = 0; traffic < TrafficClass.COUNT; traffic++) {
      PeerConnection each = connections[traffic];
      if (each != null) {
        each.end(kind, reason);
      }
    }
  }

  void flush() {
    for (int traffic = 0; traffic < TrafficClass.COUNT; traffic++) {
      PeerConnection each = connections[traffic];
      if (each != null) {
        each.flush();
      }
    }
  }

  /// @return whether nobody has heard this about it yet
  boolean isNews(String sentence) {
    boolean isNew = !sentence.equals(complaint);
    complaint = sentence;
    return isNew;
  }
}
