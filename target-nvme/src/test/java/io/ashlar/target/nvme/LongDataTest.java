package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Long data, most of which is received where it is wanted.
class LongDataTest {
  @ParameterizedTest
  @CsvSource({"0, NIO", "3, NIO", "0, EPOLL", "3, EPOLL"})
  void shouldPutLongDataTogetherFromPieces(int digests, RunningTarget.Transport transport)
      throws Exception {
    assumeTrue(
        transport == RunningTarget.Transport.NIO || Epoll.isAvailable(),
        "skipped: Netty's epoll transport does not load here");
    int half = 128 * 1024;
    int blocks = 2 * half / 4096;
    try (RunningTarget running = RunningTarget.over(transport);
        TestHost admin = TestHost.initialized(running.address, digests)) {
      admin.connectOk(0, 32, 0xFFFF, running.nqn(), RunningTarget.HOST);
      admin.enable();
      try (TestHost queue = TestHost.initialized(running.address, digests)) {
        queue.connectOk(1, 32, admin.controllerId, running.nqn(), RunningTarget.HOST);
        byte[][] data = {ReadWriteTest.random(2 * half, 1), ReadWriteTest.random(2 * half, 2)};
        int[] ids = new int[2];
        int[] tags = new int[2];
        for (int i = 0; i < 2; i++) {
          ByteBuffer write =
              TestHost.transportSgl(queue.io(1, (long) i * blocks, blocks), 2 * half);
          queue.sendCommand(write, null);
          TestHost.Pdu asked = queue.readPdu();
          ids[i] = write.getShort(2);
          tags[i] = asked.header().getShort(10);
        }
        // Halves of both by turns, a read in the middle of them, and all of it cut anywhere.
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer read = TestHost.transportSgl(queue.io(2, 0, 1), 4096);
        for (int part = 0; part < 2; part++) {
          for (int i = 0; i < 2; i++) {
            byte[] bytes = Arrays.copyOfRange(data[i], part * half, (part + 1) * half);
            all.write(queue.dataPdu(ids[i], tags[i], part * half, bytes, part == 1 ? 4 : 0));
          }
          all.write(part == 0 ? queue.commandPdu(read, null) : new byte[0]);
        }
        sendInPieces(queue, all.toByteArray());
        assertThat(queue.awaitReply(read.getShort(2)).code()).isZero();
        for (int i = 0; i < 2; i++) {
          assertThat(queue.awaitReply(ids[i]).code()).isZero();
          assertThat(Arrays.equals(queue.read((long) i * blocks, blocks, 4096).data(), data[i]))
              .isTrue();
        }
      }
    }
  }

  private static void sendInPieces(TestHost queue, byte[] bytes) throws Exception {
    Random random = new Random(7);
    int at = 0;
    while (at < bytes.length) {
      int end = Math.min(bytes.length, at + 1 + random.nextInt(40_000));
      queue.send(Arrays.copyOfRange(bytes, at, end));
      at = end;
      if (random.nextInt(4) == 0) {
        Thread.sleep(1); // so that pieces arrive by themselves
      }
    }
  }
}
