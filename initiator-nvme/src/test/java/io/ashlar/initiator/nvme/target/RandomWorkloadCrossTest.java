package io.ashlar.initiator.nvme.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.initiator.nvme.InitiatorOptions;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import io.ashlar.initiator.nvme.command.NvmCommands;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.command.RangeList;
import io.ashlar.initiator.nvme.queue.CommandState;
import io.ashlar.initiator.nvme.queue.Digests;
import io.ashlar.initiator.nvme.queue.HostCommand;
import io.ashlar.initiator.nvme.queue.HostQueuePair;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random commands of all kinds, many under way at a time, against a model of the volume. Commands
/// under way never overlap, so that the model knows every answer.
@Timeout(120)
class RandomWorkloadCrossTest {
  private static final int BLOCK = 512;
  private static final int BLOCKS = 16 * 1024;
  private static final int LENGTH_MAX = 1024;
  private static final int DEPTH = 24;
  private static final int COMMANDS = 4_000;

  private static final List<Digests> DIGESTS = List.of(Digests.values());

  private final byte[] model = new byte[BLOCKS * BLOCK];
  private final BitSet busy = new BitSet(BLOCKS);

  /// One command under way and what it must find.
  private record Pending(HostQueuePair queue, HostCommand command, int lba, int blocks) {}

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldAgreeWithTheModel(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    try (ServedVolume served = new ServedVolume((long) BLOCKS * BLOCK, BLOCK)) {
      InitiatorOptions options =
          served
              .options()
              .withDigests(DIGESTS.get((int) (seed % DIGESTS.size())))
              .withTransfers(1 << 20, 1 + random.nextInt(4), 1 + random.nextInt(32));
      try (NvmeInitiator host = NvmeInitiator.connect(options)) {
        List<NvmeNamespace> queues = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          queues.add(host.openNamespace(1, DEPTH / 3));
        }
        run(random, queues);
        for (int lba = 0; lba < BLOCKS; lba += LENGTH_MAX) {
          assertThat(queues.getFirst().read(lba, LENGTH_MAX))
              .as("seed %d, blocks from %d", seed, lba)
              .isEqualTo(Arrays.copyOfRange(model, lba * BLOCK, (lba + LENGTH_MAX) * BLOCK));
        }
      }
    }
  }

  private void run(SplittableRandom random, List<NvmeNamespace> queues) {
    List<Pending> pending = new ArrayList<>();
    int started = 0;
    while (started < COMMANDS || !pending.isEmpty()) {
      HostQueuePair queue = queues.get(random.nextInt(queues.size())).runner().queue();
      if (started < COMMANDS && startOne(random, queue, pending)) {
        started++;
      }
      for (NvmeNamespace each : queues) {
        each.runner().queue().poll(System.nanoTime());
      }
      reap(pending);
    }
  }

  private boolean startOne(SplittableRandom random, HostQueuePair queue, List<Pending> pending) {
    // Mostly short, now and then as long as it gets.
    int blocks = 1 + random.nextInt(random.nextInt(8) == 0 ? LENGTH_MAX : 24);
    int lba = random.nextInt(BLOCKS - blocks + 1);
    int firstBusy = busy.nextSetBit(lba);
    if (firstBusy >= 0 && firstBusy < lba + blocks) {
      return false;
    }
    HostCommand command = queue.acquire();
    if (command == null) {
      return false;
    }
    busy.set(lba, lba + blocks);
    prepare(random, command, lba, blocks);
    queue.submit(command, System.nanoTime());
    pending.add(new Pending(queue, command, lba, blocks));
    return true;
  }

  private void prepare(SplittableRandom random, HostCommand command, int lba, int blocks) {
    int length = blocks * BLOCK;
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        command.sending(length).data().put(0, bytes);
        NvmCommands.write(command.entry(), 1, lba, blocks);
        System.arraycopy(bytes, 0, model, lba * BLOCK, length);
      }
      case 3 -> {
        NvmCommands.writeZeroes(command.withoutData().entry(), 1, lba, blocks, 0);
        Arrays.fill(model, lba * BLOCK, lba * BLOCK + length, (byte) 0);
      }
      case 4 -> {
        RangeList.putDsm(command.sending(RangeList.DSM_LENGTH).data(), 0, lba, blocks);
        NvmCommands.deallocate(command.entry(), 1, 1);
        Arrays.fill(model, lba * BLOCK, lba * BLOCK + length, (byte) 0);
      }
      case 5 -> {
        command.sending(length).data().put(0, model, lba * BLOCK, length);
        NvmCommands.compare(command.entry(), 1, lba, blocks);
      }
      default -> NvmCommands.read(command.receiving(length).entry(), 1, lba, blocks);
    }
  }

  private void reap(List<Pending> pending) {
    for (int i = pending.size() - 1; i >= 0; i--) {
      Pending each = pending.get(i);
      if (each.command.state() == CommandState.HELD) {
        check(each);
        busy.clear(each.lba, each.lba + each.blocks);
        each.queue.release(each.command);
        pending.remove(i);
      }
    }
  }

  private void check(Pending done) {
    HostCommand command = done.command;
    assertThat(command.isSuccess())
        .as(
            "opcode %x at %d, %d blocks: %s %s",
            command.entry().opcode(),
            done.lba,
            done.blocks,
            NvmeStatus.describe(command.status()),
            done.queue.failure())
        .isTrue();
    if (command.entry().opcode() == NvmCommands.READ) {
      byte[] read = new byte[command.receivedBytes()];
      command.data().get(0, read);
      assertThat(read)
          .as("%d blocks at %d", done.blocks, done.lba)
          .isEqualTo(Arrays.copyOfRange(model, done.lba * BLOCK, (done.lba + done.blocks) * BLOCK));
    }
  }
}
