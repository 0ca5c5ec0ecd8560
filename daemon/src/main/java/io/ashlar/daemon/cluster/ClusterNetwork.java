package io.ashlar.daemon.cluster;

import io.ashlar.core.base.ShardAgent;
import io.ashlar.daemon.loop.ShardLoop;
import io.ashlar.daemon.loop.SystemClock;
import io.ashlar.replication.failover.DetectorTerms;
import io.ashlar.replication.failover.FailureDetector;
import io.ashlar.replication.failover.FailureDetector.Leadership;
import io.ashlar.replication.metadata.ClusterState;
import io.ashlar.replication.metadata.NodeMetadata;
import io.ashlar.replication.metadata.NodePlace;
import io.ashlar.replication.metadata.ReplicaCommand.FenceNode;
import io.ashlar.replication.metadata.raft.RaftMetadataStore;
import io.ashlar.replication.network.MutualTls;
import io.ashlar.replication.network.NetworkEvents;
import io.ashlar.replication.network.StorageNetwork;
import io.ashlar.replication.network.StorageNetworkOptions;
import io.ashlar.replication.transport.Transport;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The storage network of one shard, on the shard's loop: the [Transport] to the other nodes. Its
/// peers are the nodes of the metadata; it watches them, and where this node leads the metadata it
/// has those ended that are gone.
public final class ClusterNetwork implements ShardAgent, NetworkEvents, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterNetwork.class);
  private static final Logger AUDIT = LoggerFactory.getLogger("io.ashlar.audit");
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private final ShardLoop loop;
  private final Life life;
  private final RaftMetadataStore metadata;
  private final Consumer<String> onOver;
  private final StorageNetwork network;
  private final FailureDetector detector;
  private final Map<Integer, PeerView> views = new ConcurrentHashMap<>();
  private final Map<Integer, InetSocketAddress> peers = new TreeMap<>();
  private final AtomicBoolean isNews = new AtomicBoolean();
  private final Refusals refusals = new Refusals();
  private final FailureDetector.Reach reach;
  private final FailureDetector.Verdicts verdicts = this::onGone;
  private final Transport.Receiver nobody = (from, traffic, buffer, offset, length) -> {};
  private boolean isPolledHere = true;
  private boolean isOver;
  private long lookNs;

  private ClusterNetwork(
      ShardLoop loop, Life life, RaftMetadataStore metadata, Consumer<String> onOver) {
    this.loop = loop;
    this.life = life;
    this.metadata = metadata;
    this.onOver = onOver;
    int self = life.membership().number();
    InetSocketAddress listen =
        new InetSocketAddress(life.options().address(), life.options().replicationPort());
    network =
        new StorageNetwork(
            loop.eventLoop(),
            PooledByteBufAllocator.DEFAULT,
            SystemClock.INSTANCE,
            StorageNetworkOptions.of(
                life.membership().cluster(),
                self,
                life.incarnation(),
                listen,
                life.options().range()),
            new MutualTls(life.credentials(), SystemClock.INSTANCE),
            this);
    reach = network::isUp;
    detector = new FailureDetector(self, DetectorTerms.DEFAULT, SystemClock.INSTANCE.nanoTime());
  }

  /// Opens the network on the shard's loop, and gives itself its turns there.
  ///
  /// @param onOver hears why this life of the node is over, once, on the shard's thread
  /// @throws ClusterException if the address is taken
  public static ClusterNetwork open(
      ShardLoop loop, Life life, RaftMetadataStore metadata, Consumer<String> onOver)
      throws ClusterException {
    ClusterNetwork opened = loop.call(() -> new ClusterNetwork(loop, life, metadata, onOver));
    ChannelFuture bound = loop.call(opened.network::open);
    if (!bound.awaitUninterruptibly().isSuccess()) {
      opened.close();
      throw new ClusterException(
          "Cannot listen on %s:%d (%s): free it, or choose another cluster.replication-port."
              .formatted(
                  life.options().address().getHostAddress(),
                  life.options().replicationPort(),
                  bound.cause().getMessage()),
          bound.cause());
    }
    var _ = metadata.watch((command, state) -> opened.onCommitted());
    opened.onCommitted();
    loop.call(() -> {
      loop.add(opened);
      return true;
    });
    return opened;
  }

  /// The way to the other nodes. Whoever takes it polls it from then on. On the shard's thread.
  public Transport transport() {
    isPolledHere = false;
    return network;
  }

  /// What is seen of another node. Any thread may ask.
  public @Nullable PeerView view(int node) {
    return views.get(node);
  }

  /// Who was turned away last. Any thread may ask.
  Refusals refusals() {
    return refusals;
  }

  /// Several commands in a row make one visit to the shard.
  private void onCommitted() {
    if (isNews.compareAndSet(false, true)) {
      loop.eventLoop()
          .execute(() -> {
            isNews.set(false);
            try {
              take(metadata.state());
            } catch (RuntimeException | Error broken) {
              loop.fail(broken);
            }
          });
    }
  }

  private void take(ClusterState state) {
    if (isOver) {
      return;
    }
    Map<Integer, InetSocketAddress> next = new TreeMap<>();
    for (NodeMetadata node : state.nodes().values()) {
      NodePlace place = node.place();
      if (place != null && place.number() != network.self()) {
        next.put(
            place.number(),
            new InetSocketAddress(InetAddress.ofLiteral(place.host()), place.replicationPort()));
      }
    }
    for (int gone : peers.keySet().toArray(Integer[]::new)) {
      if (!next.containsKey(gone)) {
        network.removePeer(gone);
        peers.remove(gone);
        views.remove(gone);
      }
    }
    next.forEach(this::know);
    detector.onState(state, SystemClock.INSTANCE.nanoTime());
    judgeSelf(state);
  }

  private void know(int node, InetSocketAddress address) {
    if (address.equals(peers.get(node))) {
      return;
    }
    try {
      network.addPeer(node, address);
      peers.put(node, address);
    } catch (IllegalArgumentException outside) {
      onUnreachable(node, String.valueOf(outside.getMessage()));
    }
  }

  /// Whether this life goes on: the others may have ended it while this node was away.
  private void judgeSelf(ClusterState state) {
    NodeMetadata self = state.nodes().get(life.membership().node());
    if (self == null || self.incarnation() < life.incarnation()) {
      return;
    }
    if (self.incarnation() > life.incarnation()) {
      over("Another process of this node took its place: only one may run.");
    } else if (state.replication().isFenced(self)) {
      over(
          "The other nodes could not reach this one and ended its life %d: it begins a new one."
              .formatted(life.incarnation()));
    }
  }

  private void over(String sentence) {
    if (!isOver) {
      isOver = true;
      onOver.accept(sentence);
    }
  }

  @Override
  public int doWork(long nowNs) {
    int work = isPolledHere ? network.poll(nobody) : 0;
    if (nowNs - lookNs >= 0) {
      lookNs = nowNs + LOOK_NS;
      detector.look(nowNs, reach, leadership(), verdicts);
      work++;
    }
    return work;
  }

  @Override
  public long deadlineNs() {
    return lookNs;
  }

  /// Who leads is asked for only where it matters.
  private Leadership leadership() {
    boolean areAllUp = true;
    for (int node : peers.keySet()) {
      areAllUp &= network.isUp(node);
    }
    return !areAllUp && life.membership().node().equals(metadata.leader())
        ? Leadership.LEADS
        : Leadership.FOLLOWS;
  }

  private void onGone(NodeMetadata node) {
    AUDIT.warn(
        "Node '{}' cannot be reached: its life {} is to be ended.",
        node.name(),
        node.incarnation());
    metadata.propose(
        new FenceNode(node.id(), node.incarnation()),
        (status, sentence) ->
            AUDIT.warn(
                "To end life {} of node '{}': {} {}",
                node.incarnation(),
                node.name(),
                status,
                sentence));
  }

  @Override
  public void onUp(int node, long incarnation) {
    views.put(node, new PeerView(true, SystemClock.INSTANCE.epochMillis(), null));
    LOG.info("Node {} can be reached, in life {}.", node, incarnation);
  }

  @Override
  public void onDown(int node, String sentence) {
    views.put(node, new PeerView(false, SystemClock.INSTANCE.epochMillis(), sentence));
    LOG.warn("Node {} cannot be reached any more: {}", node, sentence);
  }

  @Override
  public void onUnreachable(int node, String sentence) {
    PeerView before = views.get(node);
    long since =
        before == null || before.isUp() ? SystemClock.INSTANCE.epochMillis() : before.sinceMillis();
    views.put(node, new PeerView(false, since, sentence));
    LOG.warn("Node {} cannot be reached: {}", node, sentence);
  }

  @Override
  public void onRefused(String sentence) {
    refusals.add(sentence, SystemClock.INSTANCE.epochMillis());
    AUDIT.warn("{}", sentence);
  }

  @Override
  public void close() {
    boolean _ =
        loop.call(() -> {
          isOver = true;
          loop.remove(this);
          network.close();
          return true;
        });
  }
}
