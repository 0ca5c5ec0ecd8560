package io.ashlar.core.store;

import io.ashlar.core.device.DeviceGeometry;
import io.ashlar.core.format.VolumeEntry;
import io.ashlar.core.store.Mix.Shape;
import io.ashlar.core.store.StoreHistory.Found;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockStatus;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedBlockDevice;
import io.ashlar.simulation.SimulatedClock;
import io.ashlar.simulation.SimulatedDiskOptions;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.agrona.BufferUtil;

/// Recovers images of crashed disks and reads back what their volumes hold.
final class Recovery {
  private static final int BLOCK_BYTES = VolumeGeometry.BLOCK_BYTES;
  private static final int READ_BLOCKS_MAX = 64;
  private static final int TURNS_MAX = 100_000;

  /// How much of a store to read, in runs of blocks chosen by chance.
  record Sample(int percent, SplittableRandom random) {
    static Sample all() {
      return new Sample(100, new SplittableRandom(1));
    }

    boolean isTaken() {
      return percent == 100 || random.nextInt(100) < percent;
    }
  }

  private final DeviceGeometry geometry;
  private final ByteBuffer memory =
      BufferUtil.allocateDirectAligned(READ_BLOCKS_MAX * BLOCK_BYTES, BLOCK_BYTES);

  Recovery(DeviceGeometry geometry) {
    this.geometry = geometry;
  }

  /// A disk that comes up with `image`.
  SimulatedBlockDevice disk(DiskImage image, long seed) {
    SimulatedDiskOptions options =
        SimulatedDiskOptions.ofSize(geometry.sizeBytes(), seed).withGeometry(geometry);
    return new SimulatedBlockDevice("disk", options, new SimulatedClock(), image);
  }

  /// Reads what the volumes hold.
  ///
  /// @param shapes where the workload's windows lie in volumes that are not dense
  Found read(StoreRig rig, Map<Integer, Shape> shapes, Sample sample) {
    StoreState state = new StoreState();
    Map<Integer, Long> keys = new TreeMap<>();
    for (VolumeEntry entry : rig.store.volumes()) {
      int layer = entry.layer();
      Shape dense = Shape.plain(layer, (int) Math.min(entry.sizeBytes() / BLOCK_BYTES, 1 << 16));
      Shape shape = shapes.getOrDefault(layer, dense);
      long[] sectors = new long[shape.windows() == 1 ? dense.sectors() : shape.sectors()];
      BlockVolume volume = rig.volume(layer);
      Shape read = shape.windows() == 1 ? dense : shape;
      for (int window = 0; window < read.windows(); window++) {
        int first = window * read.windowSectors();
        for (int block = 0; block < read.blocks(); block += READ_BLOCKS_MAX) {
          int from = first + block * Shape.SECTORS_PER_BLOCK;
          int blocks = Math.min(READ_BLOCKS_MAX, read.blocks() - block);
          if (sample.isTaken()) {
            readRun(rig, volume, read.offsetOf(from), sectors, from, blocks);
          } else {
            int end = from + blocks * Shape.SECTORS_PER_BLOCK;
            Arrays.fill(sectors, from, end, StoreState.NOT_READ);
          }
        }
      }
      state.volumes.put(layer, sectors);
      keys.put(layer, volume.reservations().keyOf(CrashWorkload.HOST));
    }
    return new Found(state, keys);
  }

  private void readRun(
      StoreRig rig, BlockVolume volume, long offset, long[] sectors, int from, int blocks) {
    BlockRequest read = readBlocks(rig, volume, offset, blocks);
    for (int i = 0; i < blocks * Shape.SECTORS_PER_BLOCK; i++) {
      sectors[from + i] = SectorContent.read(read.data, i * SectorContent.BYTES);
    }
  }

  private BlockRequest readBlocks(StoreRig rig, BlockVolume volume, long offset, int blocks) {
    boolean[] done = new boolean[1];
    BlockRequest read = new BlockRequest(ended -> done[0] = true);
    read.data.wrap(memory, 0, blocks * BLOCK_BYTES);
    read.operation = BlockOperation.READ;
    read.offsetBytes = offset;
    read.lengthBytes = (long) blocks * BLOCK_BYTES;
    volume.submit(read);
    for (int turns = 0; !done[0]; turns++) {
      if (turns > TURNS_MAX) {
        throw new AssertionError("a read ends");
      }
      rig.turn();
    }
    if (read.status != BlockStatus.OK) {
      throw new AssertionError("reading ended with " + read.status + ": " + rig.troubles);
    }
    return read;
  }
}
