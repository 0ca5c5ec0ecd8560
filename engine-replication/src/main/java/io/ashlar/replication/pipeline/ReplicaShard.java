package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.Clock;
import io.ashlar.core.base.Crc32c;
import io.ashlar.core.base.ShardAgent;
import io.ashlar.core.store.LogStore;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.lease.Heartbeats;
import io.ashlar.replication.link.Link;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/// All replicas of one shard, and its links to the other nodes. Which volumes it leads and which it
/// follows is told by whoever knows the cluster's metadata.
public final class ReplicaShard implements ShardAgent, PeerLink.Receiver {
  /// What a shard's primaries usually have under way with hosts at once.
  private static final int REQUESTS = 4096;

  private final Transport transport;
  private final LogStore store;
  private final Crc32c crc = new Crc32c();
  private final Heartbeats heartbeats;
  private final PrimaryVolume.Parts parts;
  private final DueFollowers due = new DueFollowers();
  private final List<PeerLink> peers = new ArrayList<>();
  private final List<PrimaryVolume> primaries = new ArrayList<>();
  private final Long2ObjectHashMap<PrimaryVolume> primaryByKey = new Long2ObjectHashMap<>();
  private final Long2ObjectHashMap<FollowerVolume> followerByKey = new Long2ObjectHashMap<>();
  private final Transport.Receiver frames = this::onFrame;
  private long nowNs;

  /// @param life this node's incarnation, higher than any before it
  /// @param nodes the other nodes' numbers
  public ReplicaShard(
      Transport transport,
      LogStore store,
      Clock clock,
      ReplicaOptions options,
      long life,
      List<Integer> nodes) {
    this.transport = transport;
    this.store = store;
    heartbeats =
        new Heartbeats(
            transport, options.leases(), options.heartbeatNs(), life, nodes, clock.nanoTime());
    PendingRequests requests = new PendingRequests(REQUESTS);
    parts = new PrimaryVolume.Parts(store, requests, heartbeats, clock);
    for (int node : nodes) {
      peers.add(
          new PeerLink(
              node,
              this,
              listener ->
                  new Link(
                      transport, node, TrafficClass.REPLICATION, options.links(), life, listener)));
    }
  }

  /// Leads a volume from now on; whatever this node was to it before is over.
  ///
  /// @param epoch as the cluster's metadata gave it to this node
  /// @param others the other nodes whose replicas are in the in-sync set
  /// @param notBeforeNs when the lease of whoever led before is over, as [#heartbeats] told when it
  ///   was fenced; hosts wait until then
  public PrimaryVolume lead(VolumeId id, int epoch, SortedSet<Integer> others, long notBeforeNs) {
    leave(id);
    BlockVolume volume = Check.present(store.volume(id), "a volume of this store");
    List<PeerLink> members = peers.stream().filter(each -> others.contains(each.node())).toList();
    Check.that(members.size() == others.size(), "members are known nodes", members.size());
    PrimaryVolume primary = new PrimaryVolume(volume, parts, epoch, members, notBeforeNs);
    primaries.add(primary);
    primaryByKey.put(MessageFlyweight.key(id), primary);
    return primary;
  }

  /// The leases of this node and of the others.
  public Heartbeats heartbeats() {
    return heartbeats;
  }

  /// Follows whoever leads the volume in `epoch` or a later one.
  public void follow(VolumeId id, int epoch) {
    leave(id);
    followerByKey.put(MessageFlyweight.key(id), new FollowerVolume(id, store, epoch, due));
  }

  private void leave(VolumeId id) {
    PrimaryVolume primary = primaryByKey.remove(MessageFlyweight.key(id));
    if (primary != null) {
      primary.over();
      primaries.remove(primary);
    }
    followerByKey.remove(MessageFlyweight.key(id));
  }

  @Override
  public int doWork(long turnNs) {
    nowNs = turnNs;
    int work = transport.poll(frames) + heartbeats.doWork(turnNs);
    for (int i = 0; i < primaries.size(); i++) {
      work += primaries.get(i).doWork();
    }
    work += due.tell();
    for (int i = 0; i < peers.size(); i++) {
      work += peers.get(i).link().doWork(turnNs);
    }
    return work;
  }

  @Override
  public long deadlineNs() {
    long deadline = heartbeats.deadlineNs();
    for (int i = 0; i < primaries.size(); i++) {
      deadline = Math.min(deadline, primaries.get(i).deadlineNs());
    }
    for (int i = 0; i < peers.size(); i++) {
      deadline = Math.min(deadline, peers.get(i).link().deadlineNs());
    }
    return deadline;
  }

  private void onFrame(int from, TrafficClass traffic, DirectBuffer frame, int offset, int length) {
    switch (traffic) {
      case CONTROL -> heartbeats.onMessage(from, frame, offset, length, nowNs);
      case REPLICATION -> onLinkFrame(from, frame, offset, length);
      // Nobody here sends any yet; the links' sequences are no business of theirs.
      case RESYNC -> {}
    }
  }

  private void onLinkFrame(int from, DirectBuffer frame, int offset, int length) {
    for (int i = 0; i < peers.size(); i++) {
      if (peers.get(i).node() == from) {
        peers.get(i).link().onFrame(frame, offset, length, nowNs);
      }
    }
  }

  @Override
  public boolean onMessage(
      PeerLink from, MessageFlyweight message, UnsafeBuffer body, int offset, int length) {
    return switch (message.kind()) {
      case MessageFlyweight.APPEND -> onAppend(from, message, body, offset, length);
      case MessageFlyweight.DURABLE -> {
        PrimaryVolume primary = primaryOf(message);
        if (primary != null && primary.epoch() == message.epoch()) {
          primary.onDurable(from, message.writeId());
        }
        yield true;
      }
      case MessageFlyweight.REFUSED -> {
        PrimaryVolume primary = primaryOf(message);
        if (primary != null && primary.epoch() <= message.epoch()) {
          primary.onRefused(from, message.epoch());
        }
        yield true;
      }
      // A later version's: who says it knows that it may not be understood.
      default -> true;
    };
  }

  private boolean onAppend(
      PeerLink from, MessageFlyweight message, UnsafeBuffer body, int offset, int length) {
    PrimaryVolume primary = primaryOf(message);
    if (primary != null) {
      return onRivalsAppend(from, message, primary);
    }
    FollowerVolume follower = followerByKey.get(message.volumeKey());
    if (follower == null || !message.isOf(follower.id())) {
      return from.refuse(message);
    }
    return follower.onAppend(from, message.epoch(), body, offset, length, crc);
  }

  /// Of two that lead a volume, the one of the older epoch hears of the newer one at once; the
  /// metadata will say so too.
  private static boolean onRivalsAppend(
      PeerLink from, MessageFlyweight message, PrimaryVolume primary) {
    if (message.epoch() > primary.epoch()) {
      primary.over();
      return from.refuse(message);
    }
    return primary.refuse(from);
  }

  private @Nullable PrimaryVolume primaryOf(MessageFlyweight message) {
    PrimaryVolume primary = primaryByKey.get(message.volumeKey());
    return primary != null && message.isOf(primary.id()) ? primary : null;
  }

  @Override
  public void onNewLife(PeerLink peer) {
    for (PrimaryVolume each : primaries) {
      each.onNewLife(peer);
    }
    for (FollowerVolume each : followerByKey.values()) {
      each.forget(peer);
    }
  }
}
