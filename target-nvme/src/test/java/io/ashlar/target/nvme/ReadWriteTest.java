package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.nvme.spec.NvmeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadWriteTest {
  private final RunningTarget running = RunningTarget.of4KiBlocks();

  @AfterEach
  void stop() {
    running.close();
  }

  @Test
  void shouldReadBackWhatWasWrittenInCapsule() throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      byte[] data = random(2 * 4096, 1);
      assertThat(queue.writeInCapsule(5, 2, data).code()).isZero();
      assertThat(queue.read(5, 2, 4096).data()).isEqualTo(data);
      assertThat(queue.read(7, 1, 4096).data()).isEqualTo(new byte[4096]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 32, 256})
  void shouldReadBackWhatWasWrittenByTransfer(int blocks) throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      byte[] data = random(blocks * 4096, blocks);
      assertThat(queue.write(100, blocks, data).code()).isZero();
      assertThat(queue.read(100, blocks, 4096).data()).isEqualTo(data);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldReadBackWithDigests(int digests) throws IOException {
    try (TestHost admin = TestHost.initialized(running.address, digests)) {
      admin.connectOk(0, 32, 0xFFFF, running.nqn(), RunningTarget.HOST);
      admin.enable();
      try (TestHost queue = running.queue(admin, 1)) {
        byte[] data = random(3 * 4096, digests);
        assertThat(queue.writeInCapsule(5, 3, data).code()).isZero();
        assertThat(queue.write(8, 3, data).code()).isZero();
        assertThat(queue.read(5, 3, 4096).data()).isEqualTo(data);
        assertThat(queue.read(8, 3, 4096).data()).isEqualTo(data);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 6, 30, 31})
  void shouldAlignDataAsTheHostWants(int alignment) throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = new TestHost(running.address)) {
      ByteBuffer request = TestHost.le(128).put(2, (byte) 128).putInt(4, 128);
      byte[] bytes = new byte[128];
      request.put(10, (byte) alignment).get(0, bytes);
      queue.send(bytes);
      assertThat(queue.readPdu().type()).isEqualTo(1);
      queue.connectOk(1, 32, admin.controllerId, running.nqn(), RunningTarget.HOST);
      queue.sendCommand(TestHost.transportSgl(queue.io(2, 0, 1), 4096), null);
      TestHost.Pdu data = queue.readPdu();
      assertThat(data.header().get(3) & 0xFF).isPositive();
      assertThat((data.header().get(3) & 0xFF) % ((alignment + 1) * 4)).isZero();
      assertThat(data.data()).hasSize(4096);
    }
  }

  @Test
  void shouldTakeCommandsByteByByte() throws IOException {
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      byte[] data = random(4096, 9);
      ByteBuffer write = TestHost.capsuleSgl(queue.io(1, 3, 1), 4096);
      queue.dribble(queue.commandPdu(write, data));
      assertThat(queue.awaitReply(write.getShort(2)).code()).isZero();
      ByteBuffer read = TestHost.transportSgl(queue.io(2, 3, 1), 4096);
      queue.dribble(queue.commandPdu(read, null));
      assertThat(queue.awaitReply(read.getShort(2)).data()).isEqualTo(data);
    }
  }

  @Test
  void shouldRefuseRangesBeyondTheEnd() throws IOException {
    long blocks = running.volume.geometry().logicalBlocks();
    try (TestHost admin = running.admin();
        TestHost queue = running.queue(admin, 1)) {
      assertThat(queue.read(blocks - 1, 1, 4096).code()).isZero();
      assertThat(queue.read(blocks, 1, 4096).code()).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
      assertThat(queue.read(blocks - 1, 2, 4096).code()).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
      assertThat(queue.read(-1, 1, 4096).code()).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
      assertThat(queue.read(Long.MIN_VALUE, 1, 4096).code()).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
      assertThat(queue.writeInCapsule(blocks, 1, new byte[4096]).code())
          .isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
    }
  }

  static byte[] random(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
