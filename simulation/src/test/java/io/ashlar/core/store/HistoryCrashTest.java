package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.format.WriteId;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.core.volume.VolumeHistory;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.DiskState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A volume with epochs of its own loses power at every device write, in every way worth trying:
/// the history that comes back ends with a whole record, at or after the last that was
/// acknowledged; the epochs in it begin where they did; and the blocks hold what the records up to
/// that end say, and nothing else.
class HistoryCrashTest {
  private static final int LAYER = 1;
  private static final int BLOCKS = 96;
  private static final int BLOCK = 4096;
  private static final int UNSYNCED_MAX = 5;
  private static final int POINTS = 120;
  private static final int CHOICES_PER_POINT = 6;
  private static final VolumeId VOLUME = new VolumeId(StoreRig.uuidOf(LAYER));

  /// One record.
  ///
  /// @param blocks 0 for one that changes no block
  /// @param stamp what each of its blocks begins with; 0 for zeroes
  private record Step(long lastId, long lba, int blocks, long stamp) {}

  /// @param acknowledged the last id of which a request had been told
  private record Moment(DiskState disk, long acknowledged, int sequenced) {}

  private final List<Step> steps = new ArrayList<>();
  private final List<Moment> moments = new ArrayList<>();
  private final TreeMap<Integer, Long> beginnings = new TreeMap<>();
  private final StoreRig rig = StoreRig.fresh(20, 512, 3);
  private long acknowledged;
  private int pending;
  private long stampNext = 1;
  private int epoch = 40;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldComeBackWithAPrefixOfItsHistory(long seed) {
    SplittableRandom dice = new SplittableRandom(seed);
    BlockVolume volume = rig.createSealed(LAYER, (long) BLOCKS * BLOCK);
    rig.store.historyOf(
        VOLUME,
        (record, request) -> {
          long first = record.record().writeId();
          switch (record.record().type()) {
            case WRITE, UNMAP -> {
              int blocks = (int) Math.max(record.record().blocks(), record.record().argument());
              long stamp = record.record().type().hasBlocks() ? request.data.getLong(0) : 0;
              steps.add(new Step(record.lastWriteId(), record.record().lba(), blocks, stamp));
            }
            default -> steps.add(new Step(first, 0, 0, 0));
          }
        });
    rig.disk.latency(0, 40_000);
    rig.disk.onCrashPoints(state -> moments.add(new Moment(state, acknowledged, steps.size())));
    lead();
    while (moments.size() < POINTS) {
      step(volume, dice);
      rig.turn();
    }
    for (int at = 0; at < moments.size(); at++) {
      List<CrashChoice> choices = CrashChoice.enumerate(moments.get(at).disk, UNSYNCED_MAX);
      for (int i = 0; i < CHOICES_PER_POINT; i++) {
        CrashChoice choice = choices.get(dice.nextInt(choices.size()));
        String place = "seed %d, point %d, %s".formatted(seed, at, choice);
        judge(place, moments.get(at), choice);
      }
    }
  }

  private void step(BlockVolume volume, SplittableRandom dice) {
    if (pending > 12) {
      return;
    }
    switch (dice.nextInt(24)) {
      case 0 -> lead();
      case 1 -> rig.store.requestCheckpoint();
      case 2 -> {
        volume.reservations().register(CrashWorkload.HOST, stampNext);
        submit(volume, request(BlockOperation.SAVE_RESERVATIONS, 0, 0));
      }
      case 3, 4, 5 -> {
        int blocks = 1 + dice.nextInt(20);
        submit(volume, request(BlockOperation.UNMAP, dice.nextInt(BLOCKS - blocks), blocks));
      }
      default -> {
        int blocks = 1 + dice.nextInt(5);
        submit(volume, write(dice.nextInt(BLOCKS - blocks), blocks));
      }
    }
  }

  private BlockRequest write(int lba, int blocks) {
    BlockRequest write =
        VolumeDriver.carrying(BlockOperation.WRITE, (long) lba * BLOCK, new byte[blocks * BLOCK]);
    long stamp = stampNext++;
    for (int i = 0; i < blocks; i++) {
      write.data.putLong(i * BLOCK, stamp);
    }
    return write;
  }

  private static BlockRequest request(BlockOperation operation, long lba, long blocks) {
    BlockRequest request = VolumeDriver.carrying(operation, lba * BLOCK, new byte[0]);
    request.lengthBytes = blocks * BLOCK;
    return request;
  }

  /// Requests complete in the order of the log, so the last that did tells all before it.
  private void submit(BlockVolume volume, BlockRequest request) {
    BlockRequest counted =
        new BlockRequest(ended -> {
          assertThat(ended.status).isEqualTo(BlockStatus.OK);
          pending--;
          acknowledged = rig.store.history(VOLUME).durable();
        });
    counted.operation = request.operation;
    counted.offsetBytes = request.offsetBytes;
    counted.lengthBytes = request.lengthBytes;
    counted.data.wrap(request.data);
    pending++;
    volume.submit(counted);
  }

  private void lead() {
    BlockRequest begun =
        new BlockRequest(ended -> acknowledged = rig.store.history(VOLUME).durable());
    if (rig.store.lead(VOLUME, epoch, begun)) {
      beginnings.put(epoch++, rig.store.history(VOLUME).sequenced());
    }
  }

  private void judge(String place, Moment moment, CrashChoice choice) {
    Recovery recovery = new Recovery(rig.disk.geometry());
    StoreRig found = StoreRig.open(rig.clock, recovery.disk(moment.disk.crashed(choice), 1));
    VolumeHistory history = found.store.history(VOLUME);
    assertThat(history.durable()).as(place).isGreaterThanOrEqualTo(moment.acknowledged);
    int kept = 0;
    while (kept < moment.sequenced && steps.get(kept).lastId <= history.durable()) {
      kept++;
    }
    long end = kept == 0 ? 0 : steps.get(kept - 1).lastId;
    assertThat(history.durable()).as("%s: the end of a record", place).isEqualTo(end);
    for (Map.Entry<Integer, Long> begun : beginnings.entrySet()) {
      if (begun.getValue() <= history.durable()) {
        Integer later = beginnings.higherKey(begun.getKey());
        long last =
            later == null || beginnings.getOrDefault(later, 0L) > history.durable()
                ? history.durable()
                : WriteId.of(
                    begun.getKey(), WriteId.counter(beginnings.getOrDefault(later, 0L)) - 1);
        assertThat(history.commonWith(WriteId.of(begun.getKey(), WriteId.COUNTER_MAX)))
            .as("%s: where epoch %d ends", place, begun.getKey())
            .isEqualTo(last);
      }
    }
    expectBlocks(place, found, kept);
  }

  private void expectBlocks(String place, StoreRig found, int kept) {
    long[] expected = new long[BLOCKS];
    for (Step step : steps.subList(0, kept)) {
      Arrays.fill(expected, (int) step.lba, (int) step.lba + step.blocks, step.stamp);
    }
    VolumeDriver volume = new VolumeDriver(found.volume(LAYER), found::turn);
    byte[] bytes = volume.read(0, BLOCKS * BLOCK);
    UnsafeBuffer content = new UnsafeBuffer(bytes);
    long[] actual = new long[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
      actual[i] = content.getLong(i * BLOCK);
    }
    assertThat(actual).as(place).isEqualTo(expected);
  }
}
