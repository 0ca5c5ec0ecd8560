package io.ashlar.simulation.network;

import io.ashlar.replication.transport.TrafficClass;
import java.util.Comparator;

/// A message on its way.
///
/// @param dueNs when it arrives
/// @param number of all that were sent, so that the order is total
/// @param resets of its link when it was sent
@SuppressWarnings("ArrayRecordComponent") // never compared as a whole
record Message(
    long dueNs, long number, int from, TrafficClass traffic, byte[] bytes, Link link, long resets) {
  static final Comparator<Message> BY_ARRIVAL =
      Comparator.comparingLong(Message::dueNs).thenComparingLong(Message::number);

  boolean isLost() {
    return link.isCut() || link.resets() != resets;
  }
}
