package io.ashlar.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.Crc32c;
import io.ashlar.core.checkpoint.SuperblockSlots;
import io.ashlar.core.device.PolledDevice;
import io.ashlar.core.format.CorruptRecordException;
import io.ashlar.core.format.Superblock;
import io.ashlar.core.format.UnsupportedFormatException;
import io.ashlar.simulation.DiskImage;
import io.ashlar.simulation.SimulatedClock;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which of the two superblocks counts, whatever became of the other.
class SuperblockSlotsTest {
  private static final DamagedImage GOOD = DamagedImage.ofLog(512);

  private final DiskImage image = GOOD.image.fork();

  private SuperblockSlots slots() {
    return new SuperblockSlots(
        new PolledDevice(GOOD.disk(image, new SimulatedClock())), new Crc32c());
  }

  private static Superblock newest(SuperblockSlots slots)
      throws CorruptRecordException, UnsupportedFormatException {
    return Objects.requireNonNull(slots.newest(0, 1));
  }

  private static int slotOfNewest() {
    return (int) GOOD.root().generation() & 1;
  }

  private void fill(int slot, byte value) {
    image.fill((long) slot * Superblock.BYTES, Superblock.BYTES, value);
  }

  @Test
  void shouldTakeTheNewer() throws CorruptRecordException, UnsupportedFormatException {
    SuperblockSlots slots = slots();
    assertThat(newest(slots)).isEqualTo(GOOD.root());
    assertThat(slots.lost()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(bytes = {0, 0x5A})
  void shouldTakeTheOtherAndSayWhatIsLost(byte value)
      throws CorruptRecordException, UnsupportedFormatException {
    fill(slotOfNewest(), value);
    SuperblockSlots slots = slots();
    assertThat(newest(slots).generation()).isEqualTo(GOOD.root().generation() - 1);
    assertThat(slots.lost())
        .contains("no superblock")
        .contains("offset " + slotOfNewest() * Superblock.BYTES);
  }

  @Test
  void shouldSayWhichOneIsDamaged() throws CorruptRecordException, UnsupportedFormatException {
    image.flipBit((1L - slotOfNewest()) * Superblock.BYTES + 100, 3);
    SuperblockSlots slots = slots();
    assertThat(newest(slots)).isEqualTo(GOOD.root());
    assertThat(slots.lost()).contains("checksum").contains("superblock").contains("offset");
  }

  @Test
  void shouldBelieveNoneInAnothersPlace()
      throws CorruptRecordException, UnsupportedFormatException {
    byte[] newest = GOOD.bytes((long) slotOfNewest() * Superblock.BYTES, Superblock.BYTES);
    image.write((1L - slotOfNewest()) * Superblock.BYTES, newest, 0, Superblock.BYTES);
    SuperblockSlots slots = slots();
    assertThat(newest(slots)).isEqualTo(GOOD.root());
    assertThat(slots.lost()).contains("superblock of another place");
  }

  @Test
  void shouldComplainIfBothAreDamaged() {
    image.flipBit(100, 1);
    image.flipBit(Superblock.BYTES + 100, 1);
    assertThatThrownBy(() -> slots().newest(0, 1))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("checksum");
  }

  @Test
  void shouldFindNoneWhereNoneWasEver() throws CorruptRecordException, UnsupportedFormatException {
    fill(0, (byte) 0);
    fill(1, (byte) 0);
    assertThat(slots().newest(0, 1)).isNull();
  }

  @Test
  void shouldSayThatTheDeviceRefuses() {
    for (int reads = 0; reads < 2; reads++) {
      FailingReads failing = new FailingReads(GOOD.disk(image.fork(), new SimulatedClock()), reads);
      SuperblockSlots slots = new SuperblockSlots(new PolledDevice(failing), new Crc32c());
      try {
        assertThat(newest(slots)).isNotNull();
      } catch (CorruptRecordException | UnsupportedFormatException e) {
        throw new AssertionError("one of two is enough", e);
      }
      assertThat(slots.lost()).contains("IO_ERROR").contains("offset");
    }
  }
}
