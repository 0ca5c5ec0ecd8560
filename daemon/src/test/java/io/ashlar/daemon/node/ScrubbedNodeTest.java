package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ControlClient;
import io.ashlar.control.ControlException;
import io.ashlar.control.HealthEntry;
import io.ashlar.control.PoolInfo;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.ScrubInfo;
import io.ashlar.control.ScrubInfo.Findings;
import io.ashlar.control.VolumeInfo;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.format.Superblock.LaneGeometry;
import io.ashlar.initiator.nvme.InitiatorOptions;
import io.ashlar.initiator.nvme.NvmeException;
import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole node whose pool's file is damaged under it while it serves a host over NVMe/TCP.
class ScrubbedNodeTest {
  private static final int BLOCK_BYTES = 4096;
  private static final int BLOCKS = 2048;
  private static final int BLOCKS_PER_WRITE = 128;
  private static final int STORED_UNIT_BYTES = 512;
  private static final int PIECE_BYTES = 1 << 20;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
  private static final String ASKED_ONLY = "scrub.interval=0";

  @TempDir private Path directory;

  private Node start(String... settings) throws Exception {
    return new NodeFixture(directory).start(settings);
  }

  private ControlClient client(Node node) throws Exception {
    return new NodeFixture(directory).client(node);
  }

  /// A volume whose blocks lie in the pool's file as the host wrote them.
  private static VolumeInfo plainVolume(ControlClient client) {
    return client.createVolume(
        new VolumeSpec(
            "plain",
            (long) BLOCKS * BLOCK_BYTES,
            BLOCK_BYTES,
            false,
            false,
            QosLimits.UNLIMITED,
            List.of()));
  }

  private static NvmeInitiator connect(VolumeInfo volume) throws IOException {
    String address = volume.exports().nvmeAddresses().getFirst();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    return NvmeInitiator.connect(
        InitiatorOptions.to(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            volume.exports().nvmeSubsystem(),
            UUID.randomUUID()));
  }

  private static byte[] content(long lba) {
    byte[] block = new byte[BLOCK_BYTES];
    new SplittableRandom(lba).nextBytes(block);
    return block;
  }

  private static void fill(NvmeNamespace namespace) throws IOException {
    byte[] data = new byte[BLOCKS_PER_WRITE * BLOCK_BYTES];
    for (int lba = 0; lba < BLOCKS; lba += BLOCKS_PER_WRITE) {
      for (int i = 0; i < BLOCKS_PER_WRITE; i++) {
        System.arraycopy(content(lba + i), 0, data, i * BLOCK_BYTES, BLOCK_BYTES);
      }
      namespace.write(lba, data);
    }
    namespace.flush();
  }

  private RandomAccessFile pool() throws IOException {
    return new RandomAccessFile(directory.resolve("data/pool.img").toFile(), "rw");
  }

  private static long find(RandomAccessFile pool, byte[] block) throws IOException {
    byte[] piece = new byte[PIECE_BYTES];
    for (long at = 0; at < pool.length(); at += PIECE_BYTES) {
      pool.seek(at);
      pool.readFully(piece);
      for (int i = 0; i <= PIECE_BYTES - BLOCK_BYTES; i += STORED_UNIT_BYTES) {
        if (Arrays.equals(piece, i, i + BLOCK_BYTES, block, 0, BLOCK_BYTES)) {
          return at + i;
        }
      }
    }
    throw new AssertionError("the block lies nowhere in the pool, or across a MiB's border");
  }

  private static void flip(RandomAccessFile pool, long offset) throws IOException {
    pool.seek(offset);
    int old = pool.read();
    pool.seek(offset);
    pool.write(old ^ 0x10);
    pool.getFD().sync();
  }

  /// Waits for the end of the pass under way.
  private static ScrubInfo await(ControlClient client) throws InterruptedException {
    long beganNs = System.nanoTime();
    ScrubInfo scrub = client.scrub();
    while (scrub.hasPassUnderWay()) {
      assertThat(System.nanoTime() - beganNs).as("a pass of 8 MiB ends").isLessThan(PATIENCE_NS);
      Thread.sleep(5);
      scrub = client.scrub();
    }
    return scrub;
  }

  private static ScrubInfo scrub(ControlClient client) throws InterruptedException {
    client.startScrub();
    return await(client);
  }

  private static HealthEntry entry(PoolInfo pool, String code) {
    return pool.health().stream()
        .filter(each -> each.code().equals(code))
        .findFirst()
        .orElseThrow(() -> new AssertionError(code + " among " + pool.health()));
  }

  private static ProblemCode refusal(Runnable action) {
    ControlException refused = catchThrowableOfType(ControlException.class, action::run);
    assertThat(refused).as("refused").isNotNull();
    return refused.code();
  }

  @Test
  void shouldFindABlockThatRottedAndServeTheOthers() throws Exception {
    try (Node node = start(ASKED_ONLY);
        ControlClient client = client(node);
        NvmeInitiator host = connect(plainVolume(client));
        RandomAccessFile pool = pool()) {
      NvmeNamespace namespace = host.openNamespace(1, 4);
      fill(namespace);
      assertThat(scrub(client).foundByPass()).isEqualTo(Findings.NONE);
      assertThat(client.pool().state()).isEqualTo("healthy");

      flip(pool, find(pool, content(77)) + 1000);
      ScrubInfo found = scrub(client);
      assertThat(found.foundByPass()).isEqualTo(new Findings(1, 0, 0, 0));
      assertThat(found.passes()).isEqualTo(2);
      assertThat(found.bytesRead()).isGreaterThan(2L * BLOCKS * BLOCK_BYTES);
      assertThat(found.endedAt()).isNotNull();

      PoolInfo shown = client.pool();
      assertThat(shown.state()).isEqualTo("degraded");
      assertThat(shown.scrub()).isEqualTo(found);
      assertThat(entry(shown, "blocks-damaged").sentence())
          .containsPattern("scrub: block 77 of layer \\d+ \\(volume 'plain'\\)")
          .containsPattern("segment \\d+ offset \\d+");
      for (int lba = 0; lba < BLOCKS; lba++) {
        if (lba != 77) {
          assertThat(namespace.read(lba, 1)).as("block %d", lba).isEqualTo(content(lba));
        }
      }
      assertThatThrownBy(() -> namespace.read(77, 1)).isInstanceOf(NvmeException.class);

      assertThat(scrub(client).foundSinceStart())
          .as("the same damage, met again")
          .isEqualTo(new Findings(1, 0, 0, 0));

      namespace.write(77, content(-77));
      namespace.flush();
      assertThat(namespace.read(77, 1)).isEqualTo(content(-77));
      ScrubInfo mended = scrub(client);
      assertThat(mended.foundByPass()).isEqualTo(Findings.NONE);
      assertThat(mended.foundSinceStart()).isEqualTo(new Findings(1, 0, 0, 0));
    }
  }

  @Test
  void shouldWriteADamagedSuperblockAnewAndSaySo() throws Exception {
    try (Node node = start(ASKED_ONLY);
        ControlClient client = client(node);
        RandomAccessFile pool = pool()) {
      flip(pool, LaneGeometry.slotOffset(0, 1, 0) + 100);
      assertThat(scrub(client).foundByPass()).isEqualTo(new Findings(0, 1, 1, 0));
      PoolInfo shown = client.pool();
      assertThat(shown.state()).isEqualTo("degraded");
      assertThat(shown.health()).extracting(HealthEntry::code).doesNotContain("blocks-damaged");
      assertThat(entry(shown, "damage-repaired").sentence()).startsWith("1 damaged index pages");
    }
    try (Node again = start(ASKED_ONLY);
        ControlClient client = client(again)) {
      assertThat(scrub(client).foundByPass()).isEqualTo(Findings.NONE);
    }
  }

  @Test
  void shouldNotScrubByItselfWhereItIsToldNotTo() throws Exception {
    try (Node node = start(ASKED_ONLY);
        ControlClient client = client(node)) {
      ScrubInfo idle = client.scrub();
      assertThat(idle.state()).isEqualTo(ScrubInfo.IDLE);
      assertThat(idle.startedAt()).isNull();
      assertThat(idle.endedAt()).isNull();
      assertThat(idle.intervalSeconds()).isZero();
      assertThat(refusal(client::stopScrub)).isEqualTo(ProblemCode.SCRUB_NOT_RUNNING);
    }
  }

  /// 8 MiB at 1 to 4 MiB/s: the pass that begins at start is under way when it is looked at.
  @Test
  void shouldScrubByItselfFromTheStartUntilStopped() throws Exception {
    try (Node node = start(ASKED_ONLY);
        ControlClient client = client(node);
        NvmeInitiator host = connect(plainVolume(client))) {
      fill(host.openNamespace(1, 4));
    }
    String ended;
    try (Node node = start();
        ControlClient client = client(node)) {
      ScrubInfo slow = client.scrub();
      assertThat(slow.state()).isEqualTo(ScrubInfo.BACKGROUND);
      assertThat(slow.intervalSeconds()).isEqualTo(TimeUnit.DAYS.toSeconds(30));
      assertThat(slow.startedAt()).isNotNull();
      assertThat(client.stopScrub().state()).isEqualTo(ScrubInfo.IDLE);
      assertThat(refusal(client::stopScrub)).isEqualTo(ProblemCode.SCRUB_NOT_RUNNING);
      ScrubInfo done = scrub(client);
      assertThat(done.passes()).isEqualTo(1);
      assertThat(done.foundSinceStart()).isEqualTo(Findings.NONE);
      ended = done.endedAt();
    }
    try (Node node = start();
        ControlClient client = client(node)) {
      ScrubInfo next = client.scrub();
      assertThat(next.state()).as("not yet again").isEqualTo(ScrubInfo.IDLE);
      assertThat(next.startedAt()).isNull();
      assertThat(next.endedAt()).isEqualTo(ended).isNotNull();
    }
  }
}
