package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.format.GroupHeaderFlyweight;
import io.ashlar.core.format.GroupProof;
import io.ashlar.core.format.RecordFlyweight;
import io.ashlar.core.format.RecordType;
import io.ashlar.core.segment.Stream;
import io.ashlar.core.volume.BlockOperation;
import io.ashlar.core.volume.BlockRequest;
import io.ashlar.core.volume.BlockVolume;
import io.ashlar.core.volume.VolumeDriver;
import io.ashlar.simulation.CrashChoice;
import io.ashlar.simulation.CrashChoice.Tear;
import io.ashlar.simulation.DiskState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A guest that knows the format writes what looks like group headers into its volume.
class HostileGuestTest {
  private static final int BLOCK = 4096;
  private static final int UNIT = 512;

  /// The header of the group that holds the forged one is lost in a crash, its payload is not: a
  /// search for later headers comes upon the forged one, which claims that all was durable.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldNotTakeAGuestsDataForAHeader(int segmentGeneration) {
    StoreRig rig = StoreRig.fresh(24, UNIT, 1);
    BlockVolume volume = rig.createPlain(1, 1L << 20, BLOCK);
    new VolumeDriver(volume, rig::turn).write(0, new byte[BLOCK]);
    rig.settle();
    List<DiskState> points = new ArrayList<>();
    rig.disk.onCrashPoints(points::add);
    BlockRequest write =
        VolumeDriver.carrying(BlockOperation.WRITE, 0, forgedHeader(0, segmentGeneration));
    volume.submit(write);
    rig.settle();
    DiskState state = points.get(0);
    int sectors = state.unsynced().get(0).sectors();
    CrashChoice headerLost = new CrashChoice(new BitSet(), new Tear(0, 1, sectors));
    StoreRig again =
        StoreRig.open(
            rig.clock, new Recovery(rig.disk.geometry()).disk(state.crashed(headerLost), 1));
    assertThat(new VolumeDriver(again.volume(1), again::turn).read(0, BLOCK)).containsOnly(0);
  }

  @Test
  void shouldForgeHeadersThatAllButTheSecretIsRightAbout() {
    UnsafeBuffer forged = new UnsafeBuffer(forgedHeader(4711, 1));
    GroupHeaderFlyweight header = new GroupHeaderFlyweight().wrap(forged, 0, BLOCK);
    assertThat(new GroupProof(new Crc32c(), 4711, 0).judge(header, 0, 1, 1 << 20))
        .isEqualTo(GroupProof.Verdict.SOUND);
    assertThat(new GroupProof(new Crc32c(), 4712, 0).judge(header, 0, 1, 1 << 20))
        .isEqualTo(GroupProof.Verdict.ABSENT);
  }

  private static byte[] forgedHeader(long secret, int segmentGeneration) {
    byte[] block = new byte[BLOCK];
    GroupHeaderFlyweight header = new GroupHeaderFlyweight();
    header.wrap(new UnsafeBuffer(block), 0, BLOCK);
    header.order(1_000_000, 999_999, 1 << 20, segmentGeneration);
    int headerBytes = GroupHeaderFlyweight.BYTES + RecordFlyweight.BYTES;
    header.shape(headerBytes, 0, 1).time(1);
    RecordFlyweight mark = new RecordFlyweight();
    mark.wrap(new UnsafeBuffer(block), GroupHeaderFlyweight.BYTES).head(RecordType.MARK, 0, 0);
    header.identity(secret, 0, Stream.USER.code());
    GroupProof proof = new GroupProof(new Crc32c(), secret, 0);
    header.checksum(proof.checksumOf(header.buffer(), headerBytes));
    return block;
  }
}
