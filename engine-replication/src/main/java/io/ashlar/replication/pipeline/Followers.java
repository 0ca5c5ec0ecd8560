package io.ashlar.replication.pipeline;

import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.lease.Heartbeats;
import java.util.ArrayList;
import java.util.List;

/// The other members of a volume's in-sync set, as its primary sees them, and how far each is.
final class Followers {
  private static final class Follower {
    private final PeerLink peer;
    private long durable;
    private int reservedRecords;
    private long reservedBytes;
    private boolean wasSent;

    /// It lacks something that it was sent, or did not take it: it can only catch up as one that
    /// left the set, and the primary waits until it has.
    private boolean isLost;

    Follower(PeerLink peer) {
      this.peer = peer;
    }
  }

  private final List<Follower> all = new ArrayList<>();

  Followers(List<PeerLink> members) {
    for (PeerLink each : members) {
      all.add(new Follower(each));
    }
  }

  /// Puts room aside with every member for what a request sends.
  ///
  /// @return false if one has none now, and nothing was put aside
  boolean reserve(Sending sending) {
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      if (!each.isLost && !each.peer.hasRoom(sending.records, sending.bytes)) {
        return false;
      }
    }
    for (int i = 0; i < all.size(); i++) {
      reserve(all.get(i), sending.records, sending.bytes);
    }
    return true;
  }

  void release(Sending sending) {
    for (int i = 0; i < all.size(); i++) {
      reserve(all.get(i), -sending.records, -sending.bytes);
    }
  }

  private static void reserve(Follower follower, int records, long bytes) {
    follower.reservedRecords += records;
    follower.reservedBytes += bytes;
    follower.peer.reserve(records, bytes);
  }

  /// Whether every member can be sent so many bytes now.
  boolean admit(int recordBytes) {
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      if (!each.isLost && !each.peer.admits(recordBytes)) {
        return false;
      }
    }
    return true;
  }

  void append(int epoch, VolumeId volume, SealedRecord record) {
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      if (!each.isLost) {
        each.wasSent = true;
        each.peer.append(epoch, volume, record);
      }
    }
  }

  void durable(PeerLink from, long writeId) {
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      if (each.peer == from && !each.isLost) {
        each.durable = Math.max(each.durable, writeId);
      }
    }
  }

  /// The smallest prefix, with that of the primary itself.
  long smallest(long own) {
    long mark = own;
    for (int i = 0; i < all.size(); i++) {
      mark = Math.min(mark, all.get(i).durable);
    }
    return mark;
  }

  /// Whether every member has promised that nobody else leads for now.
  boolean haveLeased(Heartbeats heartbeats, long nowNs) {
    for (int i = 0; i < all.size(); i++) {
      if (!heartbeats.holds(all.get(i).peer.node(), nowNs)) {
        return false;
      }
    }
    return true;
  }

  void lost(PeerLink peer) {
    for (int i = 0; i < all.size(); i++) {
      Follower each = all.get(i);
      each.isLost |= each.peer == peer && each.wasSent;
    }
  }

  void drop(int node) {
    for (int i = all.size() - 1; i >= 0; i--) {
      Follower each = all.get(i);
      if (each.peer.node() == node) {
        reserve(each, -each.reservedRecords, -each.reservedBytes);
        all.remove(i);
      }
    }
  }
}
