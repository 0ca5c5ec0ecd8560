package io.ashlar.daemon.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ControlClient;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.base.Crc32c;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a node refuses to start on. Nothing is changed there, and it says what to do.
class NodeRefusalTest {
  private static final long GIB = 1L << 30;
  private static final int SUPERBLOCK_BYTES = 4096;
  private static final int CHECKSUM_OFFSET = 8;
  private static final int VERSION_OFFSET = 12;

  @TempDir private Path directory;

  private Node start(String... settings) throws Exception {
    return new NodeFixture(directory).start(settings);
  }

  private StartException refusal(String... settings) {
    return new NodeFixture(directory).refusal(settings);
  }

  private ControlClient client(Node node) throws Exception {
    return new NodeFixture(directory).client(node);
  }

  @Test
  void shouldRefuseADataDirectoryInUse() throws Exception {
    try (Node node = start()) {
      assertThat(node.info().state()).isEqualTo("ready");
      assertThat(refusal().code()).isEqualTo("data-directory-in-use");
    }
  }

  @Test
  void shouldRefusePortsThatAreTakenAndLeaveNothingOpen() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      for (String option : List.of("management.port", "nvme.port", "iscsi.port")) {
        StartException refused = refusal(option + "=" + taken.getLocalPort());
        assertThat(refused.code()).isEqualTo("address-unavailable");
        assertThat(refused).hasMessageContaining("--set " + option);
      }
    }
    try (Node node = start()) {
      assertThat(node.info().state()).isEqualTo("ready");
    }
  }

  @Test
  void shouldRefuseABlankPoolWhereVolumesAreRecorded() throws Exception {
    try (Node node = start();
        ControlClient client = client(node)) {
      client.createVolume(VolumeSpec.of("db", GIB));
    }
    Files.delete(directory.resolve("data/pool.img"));
    assertThat(refusal()).hasMessageContaining("is blank, and the metadata names volumes");
  }

  @Test
  void shouldRefuseAPoolInUse() throws Exception {
    try (Node node = start()) {
      assertThat(node.info().state()).isEqualTo("ready");
      StartException refused =
          refusal(
              "data.directory=" + directory.resolve("other"),
              "pool.device=" + directory.resolve("data/pool.img"));
      assertThat(refused.code()).isEqualTo("pool-in-use");
      assertThat(refused).hasMessageContaining("in use by another process");
    }
  }

  @Test
  void shouldRefuseAPoolOfAnotherCluster() throws Exception {
    start().close();
    start("data.directory=" + directory.resolve("other")).close();
    StartException refused = refusal("pool.device=" + directory.resolve("other/pool.img"));
    assertThat(refused.code()).isEqualTo("pool-refused");
    assertThat(refused).hasMessageContaining("belongs to cluster");
    start("data.directory=" + directory.resolve("other")).close();
  }

  @Test
  void shouldRefuseAPoolOfANewerFormat() throws Exception {
    start().close();
    Path pool = directory.resolve("data/pool.img");
    raiseVersion(pool, 0);
    raiseVersion(pool, SUPERBLOCK_BYTES);
    assertNewer(refusal());
    Files.move(directory.resolve("data/metadata"), directory.resolve("lost"));
    Files.delete(directory.resolve("data/kek"));
    assertNewer(refusal());
    assertThat(
            catchThrowableOfType(
                StartException.class,
                () -> new NodeFixture(directory).start(PoolClaim.ADOPT).close()))
        .satisfies(NodeRefusalTest::assertNewer);
    assertThat(directory.resolve("data/kek")).as("a new key in the place of one").doesNotExist();
  }

  private static void assertNewer(StartException refused) {
    assertThat(refused.code()).isEqualTo("pool-refused");
    assertThat(refused).hasMessageContaining("format version 99").hasMessageContaining("pool.img");
  }

  /// Makes a superblock one of version 99, with a checksum that holds.
  private static void raiseVersion(Path pool, long offset) throws Exception {
    try (FileChannel file =
        FileChannel.open(pool, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(SUPERBLOCK_BYTES);
      assertThat(file.read(bytes, offset)).isEqualTo(SUPERBLOCK_BYTES);
      UnsafeBuffer block = new UnsafeBuffer(bytes);
      block.putInt(VERSION_OFFSET, 99);
      int checksum = new Crc32c().of(block, VERSION_OFFSET, SUPERBLOCK_BYTES - VERSION_OFFSET);
      block.putInt(CHECKSUM_OFFSET, checksum);
      bytes.rewind();
      assertThat(file.write(bytes, offset)).isEqualTo(SUPERBLOCK_BYTES);
    }
  }

  @Test
  void shouldNotTouchADeviceThatHoldsSomethingElse() throws Exception {
    Path disk = directory.resolve("disk");
    byte[] content = new byte[64 << 20];
    content[1080] = 0x53;
    content[1081] = (byte) 0xEF;
    Files.write(disk, content);
    StartException refused = refusal("pool.device=" + disk);
    assertThat(refused.code()).isEqualTo("pool-foreign");
    assertThat(refused).hasMessageContaining("no Ashlar pool");
    assertThat(Files.readAllBytes(disk)).isEqualTo(content);
    assertThat(directory.resolve("data/kek")).doesNotExist();
  }

  @Test
  void shouldTakeABlankDevice() throws Exception {
    Path disk = Files.write(directory.resolve("disk"), new byte[128 << 20]);
    try (Node node = start("pool.device=" + disk)) {
      assertThat(node.info().state()).isEqualTo("ready");
    }
  }
}
