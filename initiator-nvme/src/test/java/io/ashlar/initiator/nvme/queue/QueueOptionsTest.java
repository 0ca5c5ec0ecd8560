package io.ashlar.initiator.nvme.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.Check;
import io.ashlar.core.base.CheckFailedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a queue takes at its start, and what its owner may do when.
class QueueOptionsTest {
  private static final InetSocketAddress ADDRESS =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 4420);

  private static QueueOptions options(
      int depth, int transfer, int capsule, int asks, int alignment, long timeoutMs) {
    return new QueueOptions(
        ADDRESS,
        depth,
        transfer,
        capsule,
        asks,
        alignment,
        Digests.NONE,
        Duration.ofMillis(timeoutMs));
  }

  @ParameterizedTest
  @CsvSource({
    "0 4096 0 1 1 1, depth",
    "1025 4096 0 1 1 1, depth",
    "1 4095 0 1 1 1, longest transfer",
    "1 67108865 0 1 1 1, longest transfer",
    "1 4096 -1 1 1 1, capsule",
    "1 4096 262145 1 1 1, capsule",
    "1 4096 0 0 1 1, R2Ts",
    "1 4096 0 65 1 1, R2Ts",
    "1 4096 0 1 0 1, alignment",
    "1 4096 0 1 33 1, alignment",
    "1 4096 0 1 1 0, timeout"
  })
  void shouldRefuseWhatCannotBeAndSayWhy(String figures, String why) {
    int[] each = Arrays.stream(figures.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    assertThatThrownBy(() -> options(each[0], each[1], each[2], each[3], each[4], each[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("NVMe/TCP queue: ")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({"1, 4096, 0, 1, 1, 1", "1024, 67108864, 262144, 64, 32, 86400000"})
  void shouldTakeTheLeastAndTheMost(
      int depth, int transfer, int capsule, int asks, int alignment, long timeoutMs) {
    assertThatCode(() -> options(depth, transfer, capsule, asks, alignment, timeoutMs))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldSayThatAHostHasNoAddress() {
    InetSocketAddress unknown = InetSocketAddress.createUnresolved("no-such-host.invalid", 4420);
    QueueOptions options =
        new QueueOptions(unknown, 1, 4096, 0, 1, 1, Digests.NONE, Duration.ofSeconds(1));
    assertThatThrownBy(() -> HostQueuePair.connect(options))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no-such-host.invalid");
  }

  @ParameterizedTest
  @EnumSource(QueueState.class)
  void shouldNeverComeBackFromItsEnd(QueueState next) {
    assertThat(QueueState.CLOSED.mayBecome(next)).isFalse();
    assertThat(QueueState.FAILED.mayBecome(next)).isEqualTo(next == QueueState.CLOSED);
    assertThat(QueueState.READY.mayBecome(next))
        .isEqualTo(next == QueueState.FAILED || next == QueueState.CLOSED);
    assertThat(QueueState.INITIALIZING.mayBecome(next)).isEqualTo(next != QueueState.INITIALIZING);
  }

  /// A slot is its holder's, one at a time, with as much data as it has room for.
  @Test
  void shouldGuardTheSlotsOfAQueue() throws Exception {
    ScriptedController.Script script =
        peer -> {
          peer.initialize(0, 8192);
          peer.drain();
        };
    try (ScriptedController controller = new ScriptedController(script);
        HostQueuePair queue =
            HostQueuePair.connect(
                new QueueOptions(
                    controller.address(), 2, 4096, 0, 1, 1, Digests.NONE, Duration.ofSeconds(9)))) {
      HostCommand command = Check.present(queue.acquire(), "a slot is free");
      assertThatThrownBy(() -> command.receiving(4097)).isInstanceOf(CheckFailedException.class);
      assertThatThrownBy(() -> command.sending(-1)).isInstanceOf(CheckFailedException.class);
      assertThat(command.receivedBytes()).isZero();
      queue.release(command);
      assertThatThrownBy(() -> queue.release(command)).isInstanceOf(CheckFailedException.class);
      assertThatThrownBy(() -> queue.submit(command, 0)).isInstanceOf(CheckFailedException.class);
      assertThatThrownBy(command::withoutData).isInstanceOf(CheckFailedException.class);
    }
  }
}
