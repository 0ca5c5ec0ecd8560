package io.ashlar.initiator.nvme.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.initiator.nvme.InitiatorOptions;
import io.ashlar.initiator.nvme.NvmeException;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import io.ashlar.initiator.nvme.command.NvmCommands;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.queue.Digests;
import io.ashlar.initiator.nvme.queue.HostCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every I/O command of the host against the target.
@Timeout(60)
class CommandCrossTest {
  private static final int BLOCK = 512;
  private static final long BLOCKS = (16 << 20) / BLOCK;

  private final ServedVolume served = new ServedVolume(16 << 20, BLOCK);

  @AfterEach
  void stop() {
    served.close();
  }

  @ParameterizedTest
  @EnumSource(Digests.class)
  void shouldReadBackWritesOfEverySize(Digests digests) throws IOException {
    try (NvmeInitiator host = served.connect(digests)) {
      NvmeNamespace namespace = host.openNamespace(1, 8);
      for (int length = BLOCK; length <= 1 << 20; length = length * 3 / 2 / BLOCK * BLOCK + BLOCK) {
        int capped = Math.min(length, 1 << 20);
        byte[] bytes = random(capped, capped);
        namespace.write(3, bytes);
        assertThat(namespace.read(3, capped / BLOCK)).isEqualTo(bytes);
      }
      byte[] longest = random(1 << 20, 1);
      namespace.write(100, longest);
      assertThat(namespace.read(100, (1 << 20) / BLOCK)).isEqualTo(longest);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 32})
  void shouldAlignDataAsTheHostWants(int dwords) throws IOException {
    InitiatorOptions options =
        served.options().withTransfers(1 << 20, 4, dwords).withDigests(Digests.HEADER);
    try (NvmeInitiator host = NvmeInitiator.connect(options)) {
      NvmeNamespace namespace = host.openNamespace(1, 4);
      byte[] bytes = random(40 * BLOCK, dwords);
      namespace.write(0, bytes);
      assertThat(namespace.read(0, 40)).isEqualTo(bytes);
    }
  }

  @Test
  void shouldAgreeOnTheDigestsAskedFor() throws IOException {
    for (Digests each : Digests.values()) {
      try (NvmeInitiator host = served.connect(each)) {
        int expected =
            switch (each) {
              case NONE -> 0;
              case HEADER -> 1;
              case DATA -> 2;
              case HEADER_AND_DATA -> 3;
            };
        assertThat(host.openQueue(2).agreedDigests()).isEqualTo(expected);
      }
    }
  }

  @Test
  void shouldZeroDeallocateFlushAndVerify() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 4);
      namespace.write(0, random(64 * BLOCK, 1));
      namespace.flush();
      namespace.verify(0, 64);
      namespace.writeZeroes(8, 8);
      namespace.deallocate(16, 8, 32, 16);
      byte[] expected = random(64 * BLOCK, 1);
      Arrays.fill(expected, 8 * BLOCK, 24 * BLOCK, (byte) 0);
      Arrays.fill(expected, 32 * BLOCK, 48 * BLOCK, (byte) 0);
      assertThat(namespace.read(0, 64)).isEqualTo(expected);
    }
  }

  @Test
  void shouldCopyRangesOneAfterTheOther() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 4);
      byte[] bytes = random(64 * BLOCK, 2);
      namespace.write(0, bytes);
      namespace.copy(1000, 48, 16, 0, 8);
      byte[] expected = new byte[24 * BLOCK];
      System.arraycopy(bytes, 48 * BLOCK, expected, 0, 16 * BLOCK);
      System.arraycopy(bytes, 0, expected, 16 * BLOCK, 8 * BLOCK);
      assertThat(namespace.read(1000, 24)).isEqualTo(expected);
    }
  }

  @Test
  void shouldCompare() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 4);
      for (int blocks : new int[] {1, 8, 128, 256}) {
        byte[] bytes = random(blocks * BLOCK, 3);
        namespace.write(5, bytes);
        assertThat(namespace.compare(5, bytes)).isTrue();
        bytes[bytes.length - 1] ^= 1;
        assertThat(namespace.compare(5, bytes)).isFalse();
      }
    }
  }

  @Test
  void shouldCompareAndWriteAsOne() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 8);
      for (int blocks : new int[] {1, 8}) {
        byte[] old = random(blocks * BLOCK, 4);
        byte[] next = random(blocks * BLOCK, 5);
        namespace.write(9, old);
        assertThat(namespace.compareAndWrite(9, next, old)).isFalse();
        assertThat(namespace.read(9, blocks)).isEqualTo(old);
        assertThat(namespace.compareAndWrite(9, old, next)).isTrue();
        assertThat(namespace.read(9, blocks)).isEqualTo(next);
      }
    }
  }

  @Test
  void shouldRefuseRangesBeyondTheEnd() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 4);
      List<ThrowingCallable> beyond =
          List.of(
              () -> namespace.read(BLOCKS, 1),
              () -> namespace.read(BLOCKS - 1, 2),
              () -> namespace.read(-1, 1),
              () -> namespace.read(Long.MIN_VALUE, 1),
              () -> namespace.read(0x7FFF_FFFF_FFFF_FFFFL, 256),
              () -> namespace.write(BLOCKS, new byte[BLOCK]),
              () -> namespace.write(BLOCKS - 255, new byte[256 * BLOCK]),
              () -> namespace.compare(BLOCKS, new byte[BLOCK]),
              () -> namespace.writeZeroes(BLOCKS - 1, 2),
              () -> namespace.verify(BLOCKS, 1),
              () -> namespace.deallocate(BLOCKS, 1),
              () -> namespace.copy(0, BLOCKS, 1),
              () -> namespace.copy(BLOCKS, 0, 1));
      for (ThrowingCallable each : beyond) {
        assertStatus(each, NvmeStatus.LBA_OUT_OF_RANGE);
      }
      assertThat(namespace.read(BLOCKS - 1, 1)).hasSize(BLOCK);
    }
  }

  @Test
  void shouldRefuseWhatIsNotThere() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 4);
      HostCommand command = namespace.runner().acquire();
      for (int nsid : new int[] {0, 2, -2}) {
        NvmCommands.read(command.receiving(BLOCK).entry(), nsid, 0, 1);
        namespace.runner().run(command);
        assertThat(NvmeStatus.describe(command.status()))
            .isEqualTo(NvmeStatus.describe(NvmeStatus.INVALID_NAMESPACE.code()));
      }
      for (int opcode : new int[] {0x04, 0x7E, 0x80, 0xFC}) {
        command.withoutData().entry().begin(opcode, 1);
        namespace.runner().run(command);
        assertThat(NvmeStatus.INVALID_OPCODE.is(command.status()))
            .as("opcode %x: %s", opcode, NvmeStatus.describe(command.status()))
            .isTrue();
      }
      assertThat(namespace.read(0, 1)).hasSize(BLOCK);
    }
  }

  @Test
  void shouldRefuseLengthsThatDoNotFitTheCommand() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 4);
      HostCommand command = namespace.runner().acquire();
      int[][] blocksAndBytes = {{2, BLOCK}, {256, BLOCK}, {1, 2 * BLOCK}};
      for (int[] each : blocksAndBytes) {
        command.receiving(each[1]);
        NvmCommands.read(command.entry(), 1, 0, each[0]);
        namespace.runner().run(command);
        assertThat(command.isSuccess())
            .as("read of %d blocks into %d bytes", each[0], each[1])
            .isFalse();
        command.sending(each[1]);
        NvmCommands.write(command.entry(), 1, 0, each[0]);
        namespace.runner().run(command);
        assertThat(command.isSuccess())
            .as("write of %d blocks from %d bytes", each[0], each[1])
            .isFalse();
      }
      namespace.runner().queue().release(command);
      assertThat(namespace.read(0, 1)).hasSize(BLOCK);
    }
  }

  @Test
  void shouldRefuseTransfersBeyondTheLimit() throws IOException {
    InitiatorOptions greedy = served.options().withTransfers(4 << 20, 1, 1);
    try (NvmeInitiator host = NvmeInitiator.connect(greedy)) {
      assertThat(host.identity().maxTransferBytes()).isEqualTo(1 << 20);
      NvmeNamespace namespace = host.openNamespace(1, 2);
      HostCommand command = namespace.runner().acquire().receiving(1 << 20);
      // Claims one block more than MDTS allows; the data pointer agrees with it.
      NvmCommands.read(command.entry(), 1, 0, (1 << 20) / BLOCK + 1);
      namespace.runner().run(command);
      assertThat(command.isSuccess()).isFalse();
    }
  }

  @Test
  void shouldKeepQueuesAndHostsApartAndDataTogether() throws IOException {
    List<NvmeNamespace> views = new ArrayList<>();
    try (NvmeInitiator one = served.connect();
        NvmeInitiator other = served.connectOther()) {
      assertThat(one.controllerId()).isNotEqualTo(other.controllerId());
      for (int i = 0; i < 4; i++) {
        views.add(one.openNamespace(1, 4));
        views.add(other.openNamespace(1, 4));
      }
      for (int i = 0; i < views.size(); i++) {
        views.get(i).write(i * 8L, random(8 * BLOCK, i));
      }
      for (NvmeNamespace view : views) {
        for (int i = 0; i < views.size(); i++) {
          assertThat(view.read(i * 8L, 8)).isEqualTo(random(8 * BLOCK, i));
        }
      }
      assertThat(served.target().hosts(served.volume().id())).hasSize(2);
    }
  }

  @Test
  void shouldRunDeepQueues() throws IOException {
    try (NvmeInitiator host = served.connect()) {
      NvmeNamespace namespace = host.openNamespace(1, 127);
      List<HostCommand> commands = new ArrayList<>();
      for (int i = 0; i < 127; i++) {
        HostCommand command = namespace.runner().acquire().sending(32 * BLOCK);
        command.data().put(0, random(32 * BLOCK, i));
        NvmCommands.write(command.entry(), 1, i * 32L, 32);
        namespace.runner().queue().submit(command, System.nanoTime());
        commands.add(command);
      }
      for (HostCommand command : commands) {
        namespace.runner().await(command);
        assertThat(command.isSuccess()).isTrue();
        namespace.runner().queue().release(command);
      }
      for (int i = 0; i < 127; i++) {
        assertThat(namespace.read(i * 32L, 32)).isEqualTo(random(32 * BLOCK, i));
      }
    }
  }

  static void assertStatus(ThrowingCallable call, NvmeStatus expected) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            NvmeException.class, e -> assertThat(e.is(expected)).as(e.getMessage()).isTrue());
  }

  static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    return bytes;
  }
}
