package io.ashlar.replication.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.store.StoreRig;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeHistory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Replicas that were away, or led and were cut off, come back: in the end all hold the same, and
/// what was acknowledged meanwhile is there.
class CatchUpTest {
  private static final int LAYER = 1;
  private static final int EPOCH = 10;
  private static final int BLOCK = 4096;
  private static final int BLOCKS = 1024;
  private static final long BYTES = (long) BLOCKS * BLOCK;

  private PipelineRig cluster = new PipelineRig(1);
  private SplittableRandom dice = new SplittableRandom(1);
  private final long[] acked = new long[BLOCKS];
  private final boolean[] isUncertain = new boolean[BLOCKS];
  private int pending;
  private long valueNext = 1;

  static long[] seeds() {
    long[] seeds = new long[Integer.getInteger("ashlar.catchup.seeds", 12)];
    Arrays.setAll(seeds, seed -> seed + 1);
    return seeds;
  }

  private void begin(long seed) {
    cluster = new PipelineRig(seed);
    dice = new SplittableRandom(seed);
    cluster.create(LAYER, BYTES, BLOCK);
  }

  private PrimaryVolume lead(int leader, int epoch, List<Integer> inSync, List<Integer> others) {
    for (int node = 1; node <= PipelineRig.NODES; node++) {
      if (node != leader && (inSync.contains(node) || others.contains(node))) {
        cluster.node(node).shard.follow(PipelineRig.id(LAYER), epoch);
      }
    }
    LeadTerms terms = PipelineRig.terms(epoch, new TreeSet<>(inSync), new TreeSet<>(others), 0);
    return cluster.node(leader).shard.lead(PipelineRig.id(LAYER), terms);
  }

  /// A random write or unmap of blocks that no other is under way on.
  private void change(BlockVolume volume, int blocksMax) {
    int count = 1 + dice.nextInt(blocksMax);
    int first = dice.nextInt(BLOCKS - count + 1);
    for (int block = first; block < first + count; block++) {
      if (isUncertain[block]) {
        return;
      }
    }
    boolean isUnmap = blocksMax > 1 && dice.nextInt(6) == 0;
    long value = isUnmap ? 0 : valueNext++;
    BlockRequest request =
        new BlockRequest(ended -> {
          pending--;
          if (ended.status == BlockStatus.OK) {
            Arrays.fill(acked, first, first + count, value);
            Arrays.fill(isUncertain, first, first + count, false);
          }
        });
    request.operation = isUnmap ? BlockOperation.UNMAP : BlockOperation.WRITE;
    request.offsetBytes = (long) first * BLOCK;
    request.lengthBytes = (long) count * BLOCK;
    if (!isUnmap) {
      request.data.wrap(ByteBuffer.allocateDirect(count * BLOCK));
      for (int i = 0; i < count; i++) {
        request.data.putLong(i * BLOCK, value);
        request.data.putLong(i * BLOCK + 2000, dice.nextLong());
      }
    }
    Arrays.fill(isUncertain, first, first + count, true);
    pending++;
    volume.submit(request);
  }

  private void changes(BlockVolume volume, int count, int blocksMax) {
    for (int i = 0; i < count; i++) {
      change(volume, blocksMax);
      cluster.turns(dice.nextInt(8));
    }
  }

  private void expectAllTheSame(BlockVolume primary) {
    cluster.turns(3000);
    byte[] expected = new VolumeDriver(primary, cluster::turn).read(0, (int) BYTES / 4);
    assertThat(expected).isNotNull();
    byte[] first = whole(1);
    UnsafeBuffer content = new UnsafeBuffer(first);
    for (int block = 0; block < BLOCKS; block++) {
      if (!isUncertain[block]) {
        assertThat(content.getLong(block * BLOCK)).as("block %d", block).isEqualTo(acked[block]);
      }
    }
    for (int node = 2; node <= PipelineRig.NODES; node++) {
      byte[] other = whole(node);
      assertThat(Arrays.mismatch(other, first)).as("node %d differs at byte", node).isNegative();
      assertThat(history(node)).as("history of node %d", node).isEqualTo(history(1));
    }
  }

  private byte[] whole(int node) {
    StoreRig rig = cluster.node(node).rig;
    VolumeDriver volume = new VolumeDriver(rig.volume(LAYER), cluster::turn);
    byte[] bytes = new byte[(int) BYTES];
    int piece = 256 * BLOCK;
    for (int at = 0; at < bytes.length; at += piece) {
      System.arraycopy(volume.read(at, piece), 0, bytes, at, piece);
    }
    return bytes;
  }

  private byte[] history(int node) {
    byte[] bytes = new byte[VolumeHistory.BYTES_MAX];
    VolumeHistory of = cluster.node(node).rig.store.history(PipelineRig.id(LAYER));
    int length = of.encode(new UnsafeBuffer(bytes));
    return Arrays.copyOf(bytes, length);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldBringBackAPrimaryThatWasCutOff(long seed) {
    begin(seed);
    PrimaryVolume old = lead(1, EPOCH, List.of(2, 3), List.of());
    cluster.turnUntil(old::isServing);
    changes(old, 150, 12);
    // The tail that nobody else gets, and that nobody hears of.
    cluster.network.isolate(1);
    changes(old, 30, 40);
    PrimaryVolume next = lead(2, EPOCH + 1, List.of(3), List.of());
    cluster.turnUntil(next::isServing);
    old.over();
    cluster.turnUntil(() -> pending == 0);
    // What is uncertain stays as it is from now on, or is written over.
    changes(next, 100, 12);
    cluster.network.heal();
    cluster.node(1).shard.follow(PipelineRig.id(LAYER), EPOCH + 1);
    LeadTerms terms =
        PipelineRig.terms(EPOCH + 1, new TreeSet<>(List.of(3)), new TreeSet<>(List.of(1)), 0);
    cluster.node(2).shard.members(next, terms);
    changes(next, 100, 12);
    cluster.turnUntil(() -> pending == 0 && next.members().isLevel(1));
    expectAllTheSame(next);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldBringANewPrimarysSetTogetherBeforeItServes(long seed) {
    begin(seed);
    PrimaryVolume old = lead(1, EPOCH, List.of(2, 3), List.of());
    cluster.turnUntil(old::isServing);
    changes(old, 100, 12);
    // Each of the others gets another part of what comes last.
    cluster.network.cut(1, 2);
    changes(old, 10, 30);
    cluster.network.cut(1, 3);
    changes(old, 10, 30);
    cluster.network.isolate(1);
    int leader = 2 + dice.nextInt(2);
    PrimaryVolume next = lead(leader, EPOCH + 1, List.of(5 - leader), List.of());
    cluster.turnUntil(next::isServing);
    assertThat(next.members().isLevel(5 - leader)).isTrue();
    old.over();
    changes(next, 50, 12);
    cluster.network.heal();
    cluster.node(1).shard.follow(PipelineRig.id(LAYER), EPOCH + 1);
    LeadTerms terms =
        PipelineRig.terms(
            EPOCH + 1, new TreeSet<>(List.of(5 - leader)), new TreeSet<>(List.of(1)), 0);
    cluster.node(leader).shard.members(next, terms);
    cluster.turnUntil(() -> pending == 0 && next.members().isLevel(1));
    expectAllTheSame(next);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldCatchUpThoughEitherEndStartsAnewMeanwhile(long seed) {
    begin(seed);
    PrimaryVolume primary = lead(1, EPOCH, List.of(2), List.of());
    cluster.turnUntil(primary::isServing);
    changes(primary, 200, 16);
    cluster.node(3).shard.follow(PipelineRig.id(LAYER), EPOCH);
    LeadTerms terms =
        PipelineRig.terms(EPOCH, new TreeSet<>(List.of(2)), new TreeSet<>(List.of(3)), 0);
    cluster.node(1).shard.members(primary, terms);
    for (int crash = 0; crash < 4; crash++) {
      changes(primary, dice.nextInt(30), 8);
      cluster.restart(3).shard.follow(PipelineRig.id(LAYER), EPOCH);
    }
    // A new primary goes on with it.
    cluster.turnUntil(() -> pending == 0);
    PrimaryVolume next = lead(2, EPOCH + 1, List.of(1), List.of(3));
    cluster.turnUntil(next::isServing);
    changes(next, 40, 12);
    cluster.turnUntil(() -> pending == 0 && next.members().isLevel(3));
    expectAllTheSame(next);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldKeepTheNewestOfBlocksThatAreWrittenWhileTheyAreSent(long seed) {
    begin(seed);
    PrimaryVolume primary = lead(1, EPOCH, List.of(2), List.of());
    cluster.turnUntil(primary::isServing);
    changes(primary, 100, 16);
    cluster.turnUntil(() -> pending == 0);
    cluster.node(3).shard.follow(PipelineRig.id(LAYER), EPOCH);
    // What is sequenced is long on its way to the primary's index, and soon in the replica's tree.
    cluster.node(1).rig.disk.latency(0, 15_000_000);
    cluster.node(2).rig.disk.latency(0, 10_000);
    cluster.node(3).rig.disk.latency(0, 10_000);
    for (int i = 0; i < 20; i++) {
      change(primary, 1);
    }
    LeadTerms terms =
        PipelineRig.terms(EPOCH, new TreeSet<>(List.of(2)), new TreeSet<>(List.of(3)), 0);
    cluster.node(1).shard.members(primary, terms);
    long[] seen = new long[BLOCKS];
    while (!primary.members().isLevel(3)) {
      for (int i = 0; i < 12; i++) {
        change(primary, 1);
      }
      cluster.turns(5);
      if (dice.nextInt(20) == 0) {
        cluster.node(3).rig.store.requestCheckpoint();
      }
      expectNoStepBack(seen);
    }
    cluster.turnUntil(() -> pending == 0);
    expectNoStepBack(seen);
    expectAllTheSame(primary);
  }

  /// What a replica has of a block becomes newer and never older: values grow, and a write that
  /// nobody acknowledged yet may be seen here.
  private void expectNoStepBack(long[] seen) {
    VolumeDriver volume = new VolumeDriver(cluster.node(3).rig.volume(LAYER), cluster::turn);
    int first = dice.nextInt(BLOCKS / 128) * 128;
    UnsafeBuffer bytes = new UnsafeBuffer(volume.read((long) first * BLOCK, 128 * BLOCK));
    for (int i = 0; i < 128; i++) {
      long value = bytes.getLong(i * BLOCK);
      assertThat(value).as("block %d", first + i).isGreaterThanOrEqualTo(seen[first + i]);
      seen[first + i] = value;
    }
  }

  @Test
  void shouldSendWhatChangedAndLittleElse() {
    begin(1);
    PrimaryVolume primary = lead(1, EPOCH, List.of(2, 3), List.of());
    cluster.turnUntil(primary::isServing);
    for (int block = 0; block < BLOCKS; block += 8) {
      VolumeDriver volume = new VolumeDriver(primary, cluster::turn);
      byte[] bytes = new byte[8 * BLOCK];
      dice.nextBytes(bytes);
      assertThat(volume.write((long) block * BLOCK, bytes)).isEqualTo(BlockStatus.OK);
    }
    cluster.turns(2000);
    cluster.network.isolate(3);
    cluster.drop(primary, 1, 3);
    VolumeDriver volume = new VolumeDriver(primary, cluster::turn);
    for (int i = 0; i < 20; i++) {
      byte[] bytes = new byte[BLOCK];
      dice.nextBytes(bytes);
      assertThat(volume.write(i * 37L * BLOCK, bytes)).isEqualTo(BlockStatus.OK);
    }
    cluster.network.heal();
    LeadTerms terms =
        PipelineRig.terms(EPOCH, new TreeSet<>(List.of(2)), new TreeSet<>(List.of(3)), 0);
    cluster.node(1).shard.members(primary, terms);
    cluster.turnUntil(() -> primary.members().isLevel(3));
    assertThat(primary.members().fetchedBytes()).isBetween(20L * BLOCK, 24L * BLOCK);
    byte[] first = whole(1);
    assertThat(Arrays.mismatch(whole(3), first)).isNegative();
  }
}
