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
  private final ReplicaOptions options;
  private final long life;
  private final List<PeerLink> peers = new ArrayList<>();
  private final List<PrimaryVolume> primaries = new ArrayList<>();
  private final Long2ObjectHashMap<PrimaryVolume> primaryByKey = new Long2ObjectHashMap<>();
  private final Long2ObjectHashMap<FollowerVolume> followerByKey = new Long2ObjectHashMap<>();
  private final Transport.Receiver frames = this::onFrame;
  private long nowNs;

  /// @param life this node's incarnation, higher than any before it
  /// @param nodes the other nodes' numbers, as far as they are known
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
        new Heartbeats(transport, options.leases(), options.heartbeatNs(), life, clock.nanoTime());
    this.options = options;
    this.life = life;
    PendingRequests requests = new PendingRequests(REQUESTS);
    parts = new PrimaryVolume.Parts(store, requests, heartbeats, clock);
    nowNs = clock.nanoTime();
    for (int node : nodes) {
      addNode(node);
    }
  }

  /// This node's incarnation.
  public long life() {
    return life;
  }

  /// Another node belongs to the cluster; one that is known already does nothing.
  public void addNode(int node) {
    for (int i = 0; i < peers.size(); i++) {
      if (peers.get(i).node() == node) {
        return;
      }
    }
    heartbeats.add(node, nowNs);
    peers.add(new PeerLink(node, this, listener -> linkTo(node, listener)));
  }

  private Link linkTo(int node, Link.Listener listener) {
    return new Link(transport, node, TrafficClass.REPLICATION, options.links(), life, listener);
  }

  /// Leads a volume from now on; whatever this node was to it before is over.
  ///
  /// @param terms of them `notBeforeNs` as [#heartbeats] told when whoever led before was fenced
  public PrimaryVolume lead(VolumeId id, LeadTerms terms) {
    leave(id);
    BlockVolume volume = Check.present(store.volume(id), "a volume of this store");
    PrimaryVolume primary = new PrimaryVolume(volume, parts, terms);
    members(primary, terms);
    primaries.add(primary);
    primaryByKey.put(MessageFlyweight.key(id), primary);
    return primary;
  }

  /// The members of a volume that this node leads have changed.
  public void members(PrimaryVolume primary, LeadTerms terms) {
    List<PeerLink> members = new ArrayList<>();
    for (PeerLink each : peers) {
      if (terms.inSync().contains(each.node()) || terms.others().contains(each.node())) {
        members.add(each);
      }
    }
    int expected = terms.inSync().size() + terms.others().size();
    Check.that(members.size() == expected, "members are known nodes", members.size());
    primary.members(members, terms.inSync(), terms.minInSync());
  }

  /// The leases of this node and of the others.
  public Heartbeats heartbeats() {
    return heartbeats;
  }

  /// Follows whoever leads the volume in `epoch` or a later one.
  public void follow(VolumeId id, int epoch) {
    FollowerVolume known = followerByKey.get(MessageFlyweight.key(id));
    if (known != null) {
      // It may be in the middle of an answer to whoever leads.
      known.fence(epoch);
      return;
    }
    leave(id);
    followerByKey.put(MessageFlyweight.key(id), new FollowerVolume(id, store, epoch, due));
  }

  /// Is nothing to a volume any more.
  public void leave(VolumeId id) {
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
      case MessageFlyweight.ASK -> onAsk(from, message);
      case MessageFlyweight.DURABLE,
          MessageFlyweight.POSITION,
          MessageFlyweight.DIVERGED,
          MessageFlyweight.REPORTED -> {
        PrimaryVolume primary = primaryOf(message);
        if (primary != null && primary.epoch() == message.epoch()) {
          onAnswer(primary, from, message, body, offset, length);
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

  private static void onAnswer(
      PrimaryVolume primary,
      PeerLink from,
      MessageFlyweight message,
      UnsafeBuffer body,
      int offset,
      int length) {
    long writeId = message.writeId();
    switch (message.kind()) {
      case MessageFlyweight.DURABLE -> primary.onDurable(from, writeId);
      case MessageFlyweight.POSITION ->
          primary.members().position(from, new UnsafeBuffer(body, offset, length), length);
      case MessageFlyweight.DIVERGED -> {
        long blocks = length < Long.BYTES ? 0 : body.getLong(offset);
        boolean isUnmapped = message.hasFlag(MessageFlyweight.FLAG_UNMAPPED);
        primary.members().diverged(from, writeId, blocks, isUnmapped);
      }
      default -> primary.members().reported(from, writeId);
    }
  }

  /// Somebody leads, and asks how far this node has the volume.
  private boolean onAsk(PeerLink from, MessageFlyweight message) {
    PrimaryVolume primary = primaryOf(message);
    if (primary != null) {
      return onRivalsAppend(from, message, primary);
    }
    FollowerVolume follower = followerByKey.get(message.volumeKey());
    if (follower == null || !message.isOf(follower.id())) {
      return from.refuse(message);
    }
    return follower.onAsk(from, message.epoch());
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
