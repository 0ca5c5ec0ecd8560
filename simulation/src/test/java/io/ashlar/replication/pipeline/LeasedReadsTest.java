package io.ashlar.replication.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.replication.pipeline.PipelineRig.Node;
import io.ashlar.simulation.history.BlockHistory;
import io.ashlar.simulation.history.Operation;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A primary that is cut off, or stands still, while another takes its place: what it answers is
/// never of the past.
class LeasedReadsTest {
  private static final int LAYER = 1;
  private static final int EPOCH = 10;
  private static final int BLOCK = 4096;

  private final BlockHistory history = new BlockHistory();
  private PipelineRig cluster = new PipelineRig(1);
  private long valueNext = 1;
  private int pending;
  private int answeredByOld;
  private int heldBack;

  private void submit(BlockVolume volume, BlockOperation operation, boolean isOld) {
    long startNs = cluster.clock.nanoTime();
    long value = valueNext++;
    BlockRequest request =
        new BlockRequest(ended -> {
          pending--;
          long nowNs = cluster.clock.nanoTime();
          boolean isWrite = ended.operation == BlockOperation.WRITE;
          if (ended.status != BlockStatus.OK) {
            heldBack++;
            if (isWrite) {
              history.add(Operation.write(value, startNs, Operation.UNKNOWN));
            }
            return;
          }
          answeredByOld += isOld ? 1 : 0;
          history.add(
              isWrite
                  ? Operation.write(value, startNs, nowNs)
                  : Operation.read(ended.data.getLong(0), startNs, nowNs));
        });
    request.operation = operation;
    request.lengthBytes = BLOCK;
    request.data.wrap(ByteBuffer.allocateDirect(BLOCK));
    request.data.putLong(0, value);
    pending++;
    volume.submit(request);
  }

  private PrimaryVolume takeOver() {
    Node next = cluster.node(3);
    // Who was fenced gets no lease any more, from anybody who is to lead.
    long notBeforeNs = next.shard.heartbeats().fence(1, cluster.node(1).life);
    cluster.node(2).shard.heartbeats().fence(1, cluster.node(1).life);
    cluster.node(2).shard.follow(PipelineRig.id(LAYER), EPOCH + 1);
    TreeSet<Integer> others = new TreeSet<>();
    others.add(2);
    LeadTerms terms = PipelineRig.terms(EPOCH + 1, others, new TreeSet<>(), notBeforeNs);
    return next.shard.lead(PipelineRig.id(LAYER), terms);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldNeverAnswerFromThePast(long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    cluster = new PipelineRig(seed);
    cluster.create(LAYER, 64L * BLOCK, BLOCK);
    PrimaryVolume old = cluster.lead(LAYER, 1, EPOCH);
    cluster.turnUntil(old::isServing);
    submit(old, BlockOperation.WRITE, true);
    cluster.turnUntil(() -> pending == 0);
    cluster.turns(1000);
    cluster.node(1).rig.disk.latency(0, 300_000);

    boolean standsStill = seed % 2 == 0;
    int cutAt = 100 + dice.nextInt(300);
    int takenOverAt = cutAt + dice.nextInt(400);
    int backAt = takenOverAt + 1_500 + dice.nextInt(500);
    PrimaryVolume next = null;
    for (int turn = 0; turn < 5_000; turn++) {
      if (turn == cutAt && !standsStill) {
        cluster.network.isolate(1);
      }
      if (turn == cutAt && standsStill) {
        cluster.stopped = 1;
      }
      if (turn == takenOverAt) {
        next = takeOver();
      }
      if (turn == backAt) {
        cluster.network.heal();
        cluster.stopped = 0;
      }
      if (turn < backAt + 1_000 && pending < 40 && turn % 7 == 0) {
        submit(old, BlockOperation.READ, true);
      }
      if (next != null && turn % 20 == 0) {
        submit(next, dice.nextBoolean() ? BlockOperation.WRITE : BlockOperation.READ, false);
      }
      cluster.turn();
    }
    assertThat(history.complaint()).isNull();
    assertThat(answeredByOld).as("it answered while it could").isGreaterThan(10);
    int before = answeredByOld;
    submit(old, BlockOperation.WRITE, true);
    cluster.turnUntil(() -> pending == 0);
    assertThat(answeredByOld).as("none of what came later").isEqualTo(before);
    assertThat(heldBack).isPositive();
    assertThat(old.isServing()).isFalse();
    assertThat(history.complaint()).isNull();
  }

  @Test
  void shouldAnswerAgainWhenTheLeasesAreBack() {
    cluster.create(LAYER, 64L * BLOCK, BLOCK);
    PrimaryVolume primary = cluster.lead(LAYER, 1, EPOCH);
    cluster.turnUntil(primary::isServing);
    cluster.turns(1000);
    cluster.network.isolate(2);
    cluster.turns(1000);
    submit(primary, BlockOperation.READ, true);
    cluster.turns(2000);
    assertThat(pending).as("it waits").isEqualTo(1);
    cluster.network.heal();
    cluster.turnUntil(() -> pending == 0);
    assertThat(answeredByOld).isEqualTo(1);
    assertThat(history.complaint()).isNull();
  }

  @Test
  void shouldTellSinceWhenAnotherNodeIsSilent() {
    cluster.turns(500);
    Node node = cluster.node(1);
    long nowNs = cluster.clock.nanoTime();
    assertThat(nowNs - node.shard.heartbeats().heardNs(2)).isLessThan(2_000_000L);
    cluster.network.cut(2, 1);
    cluster.turns(500);
    long silentNs = cluster.clock.nanoTime() - node.shard.heartbeats().heardNs(2);
    assertThat(silentNs).isBetween(4_000_000L, 6_000_000L);
    assertThat(node.shard.heartbeats().holds(3, cluster.clock.nanoTime())).isTrue();
    cluster.turns(500);
    assertThat(node.shard.heartbeats().holds(2, cluster.clock.nanoTime())).isFalse();
    assertThat(cluster.node(2).shard.heartbeats().holds(1, cluster.clock.nanoTime()))
        .as("who is not heard is not answered")
        .isFalse();
  }

  /// The giver counts from when it gave, so the taker must not count from when it heard of it.
  @Test
  void shouldCountALeaseFromWhenItWasAskedFor() {
    cluster.turns(500);
    long nowNs = cluster.clock.nanoTime();
    cluster.network.clog(3, 1, nowNs + 5_000_000L);
    cluster.turns(150);
    cluster.network.cut(1, 3);
    cluster.turns(400);
    assertThat(cluster.node(1).shard.heartbeats().holds(3, nowNs + 6_000_000L)).isTrue();
    cluster.turns(350);
    assertThat(cluster.node(1).shard.heartbeats().holds(3, cluster.clock.nanoTime())).isFalse();
  }

  @Test
  void shouldGiveALaterLifeWhatAnEarlierOneIsDenied() {
    cluster.turns(500);
    Node giver = cluster.node(2);
    long overNs = giver.shard.heartbeats().fence(1, cluster.node(1).life);
    assertThat(overNs).isGreaterThan(cluster.clock.nanoTime() - 1_000_000L);
    cluster.turns(1000);
    long nowNs = cluster.clock.nanoTime();
    assertThat(cluster.node(1).shard.heartbeats().holds(2, nowNs)).isFalse();
    assertThat(cluster.node(1).shard.heartbeats().holds(3, nowNs)).isTrue();
    Node again = cluster.restart(1);
    cluster.turns(1000);
    assertThat(again.shard.heartbeats().holds(2, cluster.clock.nanoTime())).isTrue();
  }
}
