package io.ashlar.replication.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.WriteId;
import io.ashlar.core.store.StoreRig;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.replication.link.Link;
import io.ashlar.replication.link.LinkOptions;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.history.BlockHistory;
import io.ashlar.simulation.history.Operation;
import io.ashlar.simulation.network.NetworkFault;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Writes on their way to three replicas that stay: what hosts see, what each replica has, and what
/// happens when one does not answer.
class PipelineTest {
  private static final int LAYER = 1;
  private static final int EPOCH = 10;
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 64;

  private PipelineRig cluster = new PipelineRig(1);
  private int pending;

  private PrimaryVolume start(PipelineRig rig) {
    cluster = rig;
    cluster.create(LAYER, (long) BLOCKS * BLOCK, BLOCK);
    PrimaryVolume primary = cluster.lead(LAYER, 1, EPOCH);
    cluster.turnUntil(primary::isServing);
    return primary;
  }

  private BlockRequest carrying(BlockOperation operation, int block, int blocks, long value) {
    BlockRequest request = new BlockRequest(ended -> pending--);
    byte[] bytes = new byte[blocks * BLOCK];
    request.data.wrap(ByteBuffer.allocateDirect(bytes.length));
    for (int i = 0; i < blocks; i++) {
      request.data.putLong(i * BLOCK, value);
    }
    request.operation = operation;
    request.offsetBytes = (long) block * BLOCK;
    request.lengthBytes = bytes.length;
    return request;
  }

  private BlockRequest submit(BlockVolume volume, BlockRequest request) {
    request.status = BlockStatus.ABORTED;
    pending++;
    volume.submit(request);
    return request;
  }

  private BlockRequest write(BlockVolume volume, int block, long value) {
    return submit(volume, carrying(BlockOperation.WRITE, block, 1, value));
  }

  private BlockRequest read(BlockVolume volume, int block) {
    return submit(volume, carrying(BlockOperation.READ, block, 1, 0));
  }

  private static byte[] whole(BlockVolume volume, Runnable turn) {
    return new VolumeDriver(volume, turn).read(0, BLOCKS * BLOCK);
  }

  private byte[] whole(int node) {
    StoreRig rig = cluster.node(node).rig;
    return whole(rig.volume(LAYER), cluster::turn);
  }

  private byte[] history(int node) {
    byte[] bytes = new byte[VolumeHistory.BYTES_MAX];
    VolumeHistory of = cluster.node(node).rig.store.history(PipelineRig.id(LAYER));
    int length = of.encode(new UnsafeBuffer(bytes));
    return Arrays.copyOf(bytes, length);
  }

  /// Hosts at work on one volume, and what they saw.
  private final class Hosts {
    private final PrimaryVolume volume;
    private final SplittableRandom dice;
    private final List<BlockHistory> blocks = new ArrayList<>();
    private long valueNext = 1;

    Hosts(PrimaryVolume volume, long seed) {
      this.volume = volume;
      dice = new SplittableRandom(seed);
      for (int i = 0; i < BLOCKS; i++) {
        blocks.add(new BlockHistory());
      }
    }

    void step() {
      int count = 1 + dice.nextInt(4);
      int block = dice.nextInt(BLOCKS - count + 1);
      long startNs = cluster.clock.nanoTime();
      long value = valueNext++;
      BlockOperation operation =
          switch (dice.nextInt(10)) {
            case 0 -> BlockOperation.UNMAP;
            case 1, 2, 3, 4 -> BlockOperation.READ;
            default -> BlockOperation.WRITE;
          };
      BlockRequest request = carrying(operation, block, count, value);
      BlockRequest noted =
          new BlockRequest(ended -> {
            pending--;
            assertThat(ended.status).isEqualTo(BlockStatus.OK);
            note(ended, block, count, value, startNs);
          });
      noted.operation = operation;
      noted.offsetBytes = request.offsetBytes;
      noted.lengthBytes = request.lengthBytes;
      noted.data.wrap(request.data);
      pending++;
      volume.submit(noted);
    }

    private void note(BlockRequest ended, int block, int count, long value, long startNs) {
      long nowNs = cluster.clock.nanoTime();
      for (int i = 0; i < count; i++) {
        BlockHistory of = blocks.get(block + i);
        switch (ended.operation) {
          case READ -> of.add(Operation.read(ended.data.getLong(i * BLOCK), startNs, nowNs));
          case UNMAP -> of.add(Operation.write(0, startNs, nowNs));
          default -> of.add(Operation.write(value, startNs, nowNs));
        }
      }
    }

    void judge() {
      for (int i = 0; i < BLOCKS; i++) {
        assertThat(blocks.get(i).complaint()).as("block %d", i).isNull();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void shouldKeepAllReplicasTheSameOverABadNetwork(long seed) {
    PrimaryVolume primary = start(new PipelineRig(seed));
    SplittableRandom dice = new SplittableRandom(seed);
    for (NetworkFault fault : NetworkFault.values()) {
      boolean isLong = fault == NetworkFault.LATE || fault == NetworkFault.RESET;
      cluster.network.rate(fault, isLong ? dice.nextInt(1_000) : 2_000 + dice.nextInt(20_000));
    }
    for (PipelineRig.Node each : cluster.nodes.values()) {
      each.rig.disk.latency(0, dice.nextInt(200_000));
    }
    Hosts hosts = new Hosts(primary, seed);
    for (int i = 0; i < 1500; i++) {
      cluster.turnUntil(() -> pending < 24);
      hosts.step();
      cluster.turns(dice.nextInt(12));
    }
    assertThat(cluster.network.faults()).isGreaterThan(100);
    cluster.network.heal();
    cluster.turnUntil(() -> pending == 0);
    hosts.judge();
    cluster.turns(2000);
    byte[] expected = whole(primary, cluster::turn);
    for (int node = 1; node <= PipelineRig.NODES; node++) {
      assertThat(whole(node)).as("node %d", node).isEqualTo(expected);
      assertThat(history(node)).as("node %d", node).isEqualTo(history(1));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldHaveWhatItAcknowledgedOnEveryReplica(long seed) {
    PrimaryVolume primary = start(new PipelineRig(seed));
    SplittableRandom dice = new SplittableRandom(seed);
    for (PipelineRig.Node each : cluster.nodes.values()) {
      each.rig.disk.latency(0, 100_000);
    }
    // One writer a block, with growing values, so that a replica may have a later one and no
    // earlier.
    BlockRequest[] under = new BlockRequest[BLOCKS];
    long[] acked = new long[BLOCKS];
    for (int i = 1; i <= 2000; i++) {
      int block = dice.nextInt(BLOCKS);
      BlockRequest last = under[block];
      if (last != null && last.status == BlockStatus.OK) {
        acked[block] = last.data.getLong(0);
      }
      if (last == null || last.status == BlockStatus.OK) {
        under[block] = write(primary, block, i);
      }
      cluster.turns(dice.nextInt(6));
      if (i % 250 == 0) {
        for (PipelineRig.Node each : cluster.nodes.values()) {
          expectAtLeast(each, under, acked);
        }
      }
    }
  }

  private void expectAtLeast(PipelineRig.Node node, BlockRequest[] under, long[] acked) {
    StoreRig crashed = StoreRig.open(cluster.clock, node.rig.disk.crash(CrashChoice.loseAll()));
    byte[] bytes = whole(crashed.volume(LAYER), crashed::turn);
    UnsafeBuffer content = new UnsafeBuffer(bytes);
    for (int block = 0; block < BLOCKS; block++) {
      BlockRequest last = under[block];
      boolean isAcked = last != null && last.status == BlockStatus.OK;
      long least = isAcked ? last.data.getLong(0) : acked[block];
      assertThat(content.getLong(block * BLOCK))
          .as("block %d of node %d", block, node.number)
          .isGreaterThanOrEqualTo(least);
    }
  }

  @Test
  void shouldShowNothingThatMayYetBeLost() {
    PrimaryVolume primary = start(cluster);
    BlockRequest before = write(primary, 1, 5);
    cluster.turnUntil(() -> pending == 0);
    assertThat(before.status).isEqualTo(BlockStatus.OK);
    // Its disk takes long; the node itself answers.
    cluster.node(3).rig.disk.latency(10_000_000_000L, 10_000_000_000L);
    BlockRequest write = write(primary, 1, 6);
    cluster.turns(3000);
    BlockRequest over = read(primary, 1);
    BlockRequest beside = read(primary, 2);
    BlockRequest compare = submit(primary, carrying(BlockOperation.COMPARE, 1, 1, 7));
    cluster.turns(3000);
    assertThat(beside.status).as("another block").isEqualTo(BlockStatus.OK);
    BlockRequest swap = submit(primary, comparingWithSeven());
    cluster.turns(3000);
    assertThat(pending).as("the write, and what looked at its block").isEqualTo(4);
    cluster.drop(primary, 1, 3);
    cluster.turnUntil(() -> pending == 0);
    assertThat(write.status).isEqualTo(BlockStatus.OK);
    assertThat(over.data.getLong(0)).isEqualTo(6);
    assertThat(compare.status).isEqualTo(BlockStatus.MISCOMPARE);
    assertThat(swap.status).isEqualTo(BlockStatus.MISCOMPARE);
  }

  /// A compare-and-write of block 1 that finds something else.
  private BlockRequest comparingWithSeven() {
    BlockRequest swap = carrying(BlockOperation.COMPARE_AND_WRITE, 1, 2, 7);
    swap.lengthBytes = BLOCK;
    return swap;
  }

  @Test
  void shouldLetAReplicaCatchUpThatStartedAnew() {
    PrimaryVolume primary = start(cluster);
    write(primary, 1, 5);
    cluster.turnUntil(() -> pending == 0);
    // What it was sent and has not written is lost with its life.
    cluster.node(2).rig.disk.latency(10_000_000_000L, 10_000_000_000L);
    write(primary, 2, 7);
    cluster.turns(500);
    cluster.restart(2).shard.follow(PipelineRig.id(LAYER), EPOCH);
    cluster.turns(2000);
    BlockRequest write = write(primary, 1, 6);
    cluster.turnUntil(() -> pending == 0);
    assertThat(write.status).isEqualTo(BlockStatus.OK);
    cluster.turns(3000);
    assertThat(primary.members().isLevel(2)).isTrue();
    assertThat(whole(2)).isEqualTo(whole(1));
    assertThat(history(2)).isEqualTo(history(1));
  }

  @Test
  void shouldEndWhatIsUnderWayWhenANewerEpochIsKnown() {
    PrimaryVolume primary = start(cluster);
    cluster.node(2).shard.follow(PipelineRig.id(LAYER), EPOCH + 1);
    List<BlockRequest> requests = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      requests.add(write(primary, i, 6));
    }
    cluster.turnUntil(() -> pending == 0);
    assertThat(requests).extracting(each -> each.status).containsOnly(BlockStatus.OFFLINE);
    assertThat(primary.isServing()).isFalse();
    BlockRequest late = write(primary, 1, 7);
    assertThat(late.status).isEqualTo(BlockStatus.OFFLINE);
    assertThat(primary.committed())
        .as("the beginning of the epoch is what all have")
        .isEqualTo(WriteId.of(EPOCH, 1));
  }

  @Test
  void shouldEndWhatIsUnderWayWhenANodeThatFollowedLeads() {
    PrimaryVolume primary = start(cluster);
    cluster.turns(2000);
    // Only who leads now can tell who led before.
    cluster.network.cut(1, 2);
    cluster.network.cut(2, 1);
    cluster.node(2).shard.follow(PipelineRig.id(LAYER), EPOCH + 1);
    TreeSet<Integer> others = new TreeSet<>(List.of(2));
    LeadTerms terms = PipelineRig.terms(EPOCH + 1, others, new TreeSet<>(), 0);
    PrimaryVolume next = cluster.node(3).shard.lead(PipelineRig.id(LAYER), terms);
    cluster.turnUntil(next::isServing);
    BlockRequest late = write(primary, 1, 6);
    cluster.turns(1000);
    assertThat(late.status).as("it is over at once").isEqualTo(BlockStatus.OFFLINE);
    assertThat(pending).isZero();
    assertThat(next.isServing()).isTrue();
    BlockRequest write = write(next, 1, 7);
    cluster.turnUntil(() -> pending == 0);
    assertThat(write.status).isEqualTo(BlockStatus.OK);
  }

  @Test
  void shouldGoOnWithTheSameHistoryInANewEpochElsewhere() {
    PrimaryVolume primary = start(cluster);
    for (int i = 0; i < 30; i++) {
      write(primary, i, 100 + i);
    }
    cluster.turnUntil(() -> pending == 0);
    cluster.turns(2000);
    PrimaryVolume next = cluster.lead(LAYER, 3, EPOCH + 5);
    cluster.node(1).shard.follow(PipelineRig.id(LAYER), EPOCH + 5);
    cluster.turnUntil(next::isServing);
    assertThat(primary.isServing()).isFalse();
    BlockRequest write = write(next, 3, 7);
    cluster.turnUntil(() -> pending == 0);
    assertThat(write.status).isEqualTo(BlockStatus.OK);
    cluster.turns(2000);
    byte[] expected = whole(next, cluster::turn);
    assertThat(new UnsafeBuffer(expected).getLong(4 * BLOCK)).isEqualTo(104);
    for (int node = 1; node <= PipelineRig.NODES; node++) {
      assertThat(whole(node)).as("node %d", node).isEqualTo(expected);
      assertThat(history(node)).as("node %d", node).isEqualTo(history(3));
    }
  }

  @Test
  void shouldTakeNoFrameOfAnotherClassForOneOfItsLinks() {
    PrimaryVolume primary = start(cluster);
    write(primary, 1, 5);
    cluster.turnUntil(() -> pending == 0);
    PipelineRig.Node other = cluster.node(2);
    Link.Listener nobody =
        new Link.Listener() {
          @Override
          public boolean onMessage(DirectBuffer buffer, int offset, int length) {
            return true;
          }

          @Override
          public void onNewLife(long life) {
            // Nobody is told.
          }
        };
    // As the links' own, it would tell of a new life.
    Link beside =
        new Link(other.transport, 1, TrafficClass.RESYNC, LinkOptions.DEFAULT, 4711, nobody);
    beside.doWork(cluster.clock.nanoTime() + LinkOptions.DEFAULT.resendNs());
    cluster.turns(1000);
    BlockRequest write = write(primary, 1, 6);
    cluster.turnUntil(() -> pending == 0);
    assertThat(write.status).isEqualTo(BlockStatus.OK);
  }

  /// Many of one kind, more than a window holds.
  ///
  /// @param blocks of each
  /// @param burst how many come at once
  record Flood(BlockOperation operation, int blocks, LinkOptions links, int requests, int burst) {}

  static List<Flood> floods() {
    LinkOptions few = new LinkOptions(2 << 20, 64, 5_000_000L);
    LinkOptions many = new LinkOptions(8 << 20, 16_384, 5_000_000L);
    return List.of(
        new Flood(BlockOperation.WRITE, 32, few, 200, 1),
        // Of a block of zeroes, nothing but its head is sent.
        new Flood(BlockOperation.WRITE, 1, few, 200, 1),
        new Flood(BlockOperation.WRITE, 1, few, 200, 200),
        new Flood(BlockOperation.WRITE, 1, many, 6_000, 50),
        new Flood(BlockOperation.UNMAP, 2, few, 200, 200),
        new Flood(BlockOperation.COPY, 16, few, 200, 10));
  }

  @ParameterizedTest
  @MethodSource("floods")
  void shouldHoldOneVolumeBackWithoutTheOthers(Flood flood) {
    PrimaryVolume primary = start(new PipelineRig(1, flood.links));
    cluster.create(2, (long) BLOCKS * BLOCK, BLOCK);
    BlockVolume alone = cluster.node(1).rig.volume(2);
    cluster.network.isolate(2);
    for (int i = 0; i < flood.requests; i++) {
      BlockRequest request = carrying(flood.operation, 0, flood.blocks, flood.blocks - 1);
      request.source = primary;
      request.sourceOffsetBytes = 32L * BLOCK;
      submit(primary, request);
      cluster.turns(i % flood.burst == 0 ? 20 : 0);
    }
    assertThat(pending).isEqualTo(flood.requests);
    BlockRequest beside = write(alone, 1, 1);
    cluster.turns(500);
    assertThat(beside.status).as("a volume without replicas").isEqualTo(BlockStatus.OK);
    cluster.network.heal();
    cluster.turnUntil(() -> pending == 0);
    assertThat(primary.isIdle()).isTrue();
  }

  /// Node 2 leads a volume as well: what it says of the first one has room beside its own writes.
  @Test
  void shouldAnswerBesideAFloodOfItsOwn() {
    PrimaryVolume primary = start(new PipelineRig(1, new LinkOptions(2 << 20, 64, 5_000_000L)));
    cluster.create(2, (long) BLOCKS * BLOCK, BLOCK);
    PrimaryVolume other = cluster.lead(2, 2, EPOCH);
    cluster.turnUntil(other::isServing);
    for (int i = 0; i < 3_000; i++) {
      write(other, 0, 0);
    }
    BlockRequest write = write(primary, 1, 1);
    cluster.turns(1_000);
    assertThat(write.status).isEqualTo(BlockStatus.OK);
    cluster.turnUntil(() -> pending == 0);
  }

  @Test
  void shouldReadPastWritesThatWaitForRoom() {
    PrimaryVolume primary = start(new PipelineRig(1, new LinkOptions(2 << 20, 64, 5_000_000L)));
    BlockRequest first = write(primary, 40, 8);
    cluster.turnUntil(() -> pending == 0);
    assertThat(first.status).isEqualTo(BlockStatus.OK);
    cluster.node(2).rig.disk.latency(10_000_000_000L, 10_000_000_000L);
    // Its link takes no more either, once the window is full.
    cluster.network.cut(2, 1);
    for (int i = 0; i < 100; i++) {
      submit(primary, carrying(BlockOperation.WRITE, 0, 32, i));
    }
    cluster.turns(100);
    BlockRequest read = read(primary, 40);
    BlockRequest flush = submit(primary, carrying(BlockOperation.FLUSH, 0, 1, 0));
    cluster.turns(100);
    assertThat(read.status).as("nobody writes there").isEqualTo(BlockStatus.OK);
    assertThat(read.data.getLong(0)).isEqualTo(8);
    assertThat(flush.status).isEqualTo(BlockStatus.OK);
    cluster.drop(primary, 1, 2);
    cluster.turnUntil(() -> pending == 0);
  }

  @Test
  void shouldServeOthersWhileOneVolumesHostsWaitInNumbers() {
    PrimaryVolume primary = start(cluster);
    cluster.create(2, (long) BLOCKS * BLOCK, BLOCK);
    cluster.node(3).shard.follow(PipelineRig.id(2), EPOCH);
    LeadTerms terms = PipelineRig.terms(EPOCH, new TreeSet<>(List.of(3)), new TreeSet<>(), 0);
    PrimaryVolume beside = cluster.node(1).shard.lead(PipelineRig.id(2), terms);
    cluster.turnUntil(beside::isServing);
    cluster.node(2).rig.disk.latency(10_000_000_000L, 10_000_000_000L);
    write(primary, 1, 5);
    cluster.turns(1000);
    for (int i = 0; i < 10_000; i++) {
      read(primary, 1);
    }
    cluster.turns(1000);
    assertThat(pending).as("all see what may yet be lost").isEqualTo(10_001);
    BlockRequest other = write(beside, 1, 6);
    cluster.turns(1000);
    assertThat(other.status).isEqualTo(BlockStatus.OK);
    cluster.drop(primary, 1, 2);
    cluster.turnUntil(() -> pending == 0);
  }

  @Test
  void shouldWithdrawWhatIsNotSequenced() {
    PrimaryVolume primary = start(new PipelineRig(1, new LinkOptions(2 << 20, 64, 5_000_000L)));
    cluster.network.isolate(2);
    List<BlockRequest> requests = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      requests.add(submit(primary, carrying(BlockOperation.WRITE, 0, 32, i)));
      cluster.turns(5);
    }
    assertThat(primary.abort(requests.getLast())).isTrue();
    assertThat(requests.getLast().status).isEqualTo(BlockStatus.ABORTED);
    assertThat(primary.abort(requests.getFirst())).as("sequenced long ago").isFalse();
    cluster.network.heal();
    cluster.turnUntil(() -> pending == 0);
    assertThat(requests.getFirst().status).isEqualTo(BlockStatus.OK);
  }
}
