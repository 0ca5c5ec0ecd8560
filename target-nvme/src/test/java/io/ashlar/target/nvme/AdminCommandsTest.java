package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.HoldPoint;
import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.AnaState;
import io.ashlar.target.nvme.subsystem.HostAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every admin command, done rightly and wrongly.
@SuppressWarnings({"ByteBufferBackingArray", "NullAway.Init"})
class AdminCommandsTest {
  private static final String DISCOVERY = "nqn.2014-08.org.nvmexpress.discovery";
  private final RunningTarget running = RunningTarget.of4KiBlocks();
  private TestHost admin;

  @BeforeEach
  void connect() throws IOException {
    admin = running.admin();
  }

  @AfterEach
  void stop() throws IOException {
    admin.close();
    running.close();
  }

  @Test
  void shouldTellItsCapabilities() throws IOException {
    long cap = admin.command(admin.propertyGet(0, 1), null).result();
    assertThat(cap & 0xFFFF).isEqualTo(127);
    assertThat(cap >>> 37 & 1).isEqualTo(1);
    assertThat(admin.command(admin.propertyGet(8, 0), null).result()).isEqualTo(0x20000);
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result()).isEqualTo(1);
    assertThat(admin.command(admin.propertyGet(0x14, 0), null).result()).isEqualTo(0x460001);
  }

  @Test
  void shouldRefuseUnknownProperties() throws IOException {
    assertThat(admin.command(admin.propertyGet(0, 0), null).code())
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(admin.command(admin.propertyGet(0x14, 1), null).code())
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(admin.command(admin.propertyGet(0x20, 0), null).code())
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(admin.command(admin.propertySet(0x1C, 0), null).code())
        .isEqualTo(NvmeStatus.INVALID_FIELD);
  }

  @Test
  void shouldFailOnABadConfigurationAndRecoverByReset() throws IOException {
    admin.command(admin.propertySet(0x14, 0), null);
    admin.command(admin.propertySet(0x14, 1 | 1 << 7), null);
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result()).isEqualTo(2);
    admin.command(admin.propertySet(0x14, 0), null);
    admin.enable();
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result()).isEqualTo(1);
  }

  @Test
  void shouldShutDown() throws IOException {
    admin.command(admin.propertySet(0x14, 0x0046_4001), null);
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result()).isEqualTo(9);
    assertThat(identify(1, 0).code()).isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
  }

  @Test
  void shouldCutQueuesOffWhenReset() throws IOException {
    try (TestHost queue = running.queue(admin, 1)) {
      admin.command(admin.propertySet(0x14, 0), null);
      assertThat(queue.drain()).isNull();
    }
  }

  @Test
  void shouldIdentifyTheController() throws IOException {
    ByteBuffer data = page(identify(1, 0));
    assertThat(text(data, 24, 40)).isEqualTo("Ashlar volume");
    assertThat(data.get(77)).isEqualTo((byte) 8);
    assertThat(data.getShort(78)).isEqualTo((short) admin.controllerId);
    assertThat(data.get(111)).isEqualTo((byte) 1);
    assertThat(data.getShort(320)).isPositive();
    assertThat(data.getShort(514)).isEqualTo((short) 128);
    assertThat(data.getInt(516)).isEqualTo(1);
    assertThat(data.get(525)).as("no volatile write cache").isZero();
    assertThat(data.getShort(526)).as("1 MiB, zero-based").isEqualTo((short) 255);
    assertThat(data.getShort(528)).isEqualTo((short) 255);
    assertThat(data.getInt(1792)).isEqualTo((64 + 16384) / 16);
    assertThat(text(data, 768, 256)).isEqualTo(running.nqn());
  }

  @Test
  void shouldIdentifyTheNamespace() throws IOException {
    ByteBuffer data = page(identify(0, 1));
    assertThat(data.getLong(0)).isEqualTo(running.volume.geometry().logicalBlocks());
    assertThat(data.get(128 + 2)).isEqualTo((byte) 12);
    assertThat(data.getInt(92)).isEqualTo(1);
    byte[] uuid = new byte[16];
    data.get(104, uuid);
    ByteBuffer list = page(identify(3, 1));
    assertThat(list.get(0)).isEqualTo((byte) 1);
    assertThat(list.get(1)).isEqualTo((byte) 8);
    assertThat(list.get(12)).isEqualTo((byte) 2);
    assertThat(list.get(32)).isEqualTo((byte) 3);
    byte[] named = new byte[16];
    list.get(36, named);
    assertThat(named).isEqualTo(uuid);
    assertThat(list.get(52)).isEqualTo((byte) 4);
  }

  @Test
  void shouldListItsOneNamespace() throws IOException {
    assertThat(page(identify(2, 0)).getInt(0)).isEqualTo(1);
    assertThat(page(identify(2, 1)).getInt(0)).isZero();
    assertThat(identify(2, -1).code()).isEqualTo(NvmeStatus.INVALID_NAMESPACE);
    assertThat(page(identify(8, 1)).get(14)).isEqualTo((byte) 1);
    assertThat(page(identify(0x1C, 0)).getLong(0)).isEqualTo(1);
    assertThat(identify(6, 0).code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 9, 0x13, 0x20, 0xFF})
  void shouldRefuseUnknownStructures(int selector) throws IOException {
    assertThat(identify(selector, 1).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, -2})
  void shouldRefuseToIdentifyOtherNamespaces(int namespaceId) throws IOException {
    assertThat(identify(0, namespaceId).code()).isEqualTo(NvmeStatus.INVALID_NAMESPACE);
  }

  @Test
  void shouldGiveLogPagesInWindows() throws IOException {
    for (int id : new int[] {0, 1, 2, 3, 4, 5, 0x0C, 0x80}) {
      assertThat(logPage(admin, id, 64, 0).code()).as("page %x", id).isZero();
    }
    byte[] effects = logPage(admin, 5, 4096, 0).data();
    byte[] window = logPage(admin, 5, 16, 1024).data();
    assertThat(window).isEqualTo(java.util.Arrays.copyOfRange(effects, 1024, 1040));
    assertThat(logPage(admin, 5, 16, 4100).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(logPage(admin, 5, 16, 2).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(logPage(admin, 0x55, 16, 0).code()).isEqualTo(NvmeStatus.INVALID_LOG_PAGE);
    ByteBuffer shortSgl = admin.entry(2).putInt(40, 0x0C | 15 << 16);
    assertThat(admin.command(TestHost.transportSgl(shortSgl, 32), null).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
  }

  @Test
  void shouldTellOfAPathThatChanged() throws IOException {
    setFeature(0x0B, 1 << 11);
    ByteBuffer event = admin.entry(0x0C);
    admin.sendCommand(event, null);
    AnaGroup worse = new AnaGroup(1, AnaState.INACCESSIBLE, 1);
    running.target.publish(List.of(running.export(HostAccess.ANY).withAna(worse)));
    assertThat((int) admin.awaitReply(event.getShort(2)).result()).isEqualTo(0x0C_03_02);
    ByteBuffer page = page(logPage(admin, 0x0C, 52, 0));
    assertThat(page.getLong(0)).isEqualTo(1);
    assertThat(page.get(32)).isEqualTo((byte) 3);
    try (TestHost queue = running.queue(admin, 1)) {
      assertThat(queue.read(0, 1, 4096).code()).isEqualTo(NvmeStatus.ANA_INACCESSIBLE);
    }
  }

  @Test
  void shouldTellOfAResizeOnce() throws IOException {
    setFeature(0x0B, 1 << 8);
    ByteBuffer event = admin.entry(0x0C);
    admin.sendCommand(event, null);
    running.onShard(() -> {
      running.volume.resize(new VolumeGeometry(128 << 20, 4096));
      return 0;
    });
    running.target.namespaceChanged(running.volume.id());
    assertThat((int) admin.awaitReply(event.getShort(2)).result()).isEqualTo(0x04_00_02);
    assertThat(page(logPage(admin, 4, 4096, 0)).getInt(0)).isEqualTo(1);
    assertThat(page(logPage(admin, 4, 4096, 0)).getInt(0)).isZero();
    assertThat(page(identify(0, 1)).getLong(0)).isEqualTo((128 << 20) / 4096);
  }

  @Test
  void shouldHoldFourEventRequestsAndAbortThem() throws IOException {
    ByteBuffer first = admin.entry(0x0C);
    admin.sendCommand(first, null);
    for (int i = 0; i < 3; i++) {
      admin.sendCommand(admin.entry(0x0C), null);
    }
    assertThat(admin.command(admin.entry(0x0C), null).code())
        .isEqualTo(NvmeStatus.ASYNC_EVENT_LIMIT_EXCEEDED);
    assertThat(abort(0, first.getShort(2))).isZero();
    assertThat(admin.awaitReply(first.getShort(2)).code()).isEqualTo(NvmeStatus.ABORT_REQUESTED);
    assertThat(abort(0, first.getShort(2))).isEqualTo(1);
  }

  @Test
  void shouldAbortACommandThatIsNotSequenced() throws IOException {
    try (TestHost queue = running.queue(admin, 1)) {
      running.onShard(() -> {
        running.volume.holdNext(HoldPoint.BEFORE_EFFECT);
        return 0;
      });
      ByteBuffer write = TestHost.capsuleSgl(queue.io(1, 0, 1), 4096);
      queue.sendCommand(write, ReadWriteTest.random(4096, 1));
      while (running.onShard(running.volume::pending) == 0) {
        Thread.onSpinWait();
      }
      assertThat(abort(1, write.getShort(2))).isZero();
      assertThat(queue.awaitReply(write.getShort(2)).code()).isEqualTo(NvmeStatus.ABORT_REQUESTED);
      assertThat(queue.read(0, 1, 4096).data()).isEqualTo(new byte[4096]);
    }
  }

  @Test
  void shouldKeepFeatures() throws IOException {
    assertThat(setFeature(7, 0x0003_0003)).isZero();
    assertThat(getFeature(7)).isEqualTo(0x000F_000F);
    assertThat(setFeature(7, 0xFFFF)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(setFeature(0x0F, 5_050)).isZero();
    assertThat(getFeature(0x0F)).isEqualTo(5_100);
    assertThat(setFeature(0x0F, 0)).isEqualTo(NvmeStatus.KEEP_ALIVE_TIMEOUT_INVALID);
    assertThat(setFeature(0x0B, 0x900)).isZero();
    assertThat(getFeature(0x0B)).isEqualTo(0x900);
    assertThat(setFeature(2, 1)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(setFeature(6, 1)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(setFeature(0x81, 1)).isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
    assertThat(setFeature(0x7F, 1)).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(setFeature(7 | 1 << 31, 1)).isEqualTo(NvmeStatus.FEATURE_NOT_SAVEABLE);
  }

  @Test
  void shouldGiveTheHostsIdentifierAndClockBack() throws IOException {
    ByteBuffer id = TestHost.transportSgl(admin.entry(0x0A).putInt(40, 0x81).putInt(44, 1), 16);
    assertThat(page(admin.command(id, null)).getLong(0)).isEqualTo(0x1111);
    ByteBuffer set = TestHost.capsuleSgl(admin.entry(0x09).putInt(40, 0x0E), 8);
    assertThat(admin.command(set, TestHost.le(8).putLong(0, 1_000_000).array()).code()).isZero();
    ByteBuffer get = TestHost.transportSgl(admin.entry(0x0A).putInt(40, 0x0E), 8);
    long clock = page(admin.command(get, null)).getLong(0) & (1L << 48) - 1;
    assertThat(clock).isGreaterThanOrEqualTo(1_000_000);
  }

  @Test
  void shouldRefuseUnknownAdminCommands() throws IOException {
    assertThat(admin.command(admin.entry(0x10), null).code()).isEqualTo(NvmeStatus.INVALID_OPCODE);
    assertThat(admin.command(admin.fabrics(8), null).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
    assertThat(admin.command(admin.entry(0x18), null).code()).isZero();
  }

  @Test
  void shouldShowEachHostWhatItMayReach() throws IOException {
    running.publish(HostAccess.of(java.util.Set.of(RunningTarget.HOST)));
    try (TestHost allowed = TestHost.admin(running.address, DISCOVERY, RunningTarget.HOST);
        TestHost stranger = TestHost.admin(running.address, DISCOVERY, RunningTarget.OTHER_HOST)) {
      ByteBuffer page = page(logPage(allowed, 0x70, 2048, 0));
      assertThat(page.getLong(8)).isEqualTo(1);
      assertThat(page.get(1024)).isEqualTo((byte) 3);
      assertThat(page.get(1025)).isEqualTo((byte) 1);
      assertThat(text(page, 1024 + 32, 32)).isEqualTo("" + running.address.getPort());
      assertThat(text(page, 1024 + 256, 256)).isEqualTo(running.nqn());
      assertThat(text(page, 1024 + 512, 256)).isEqualTo("127.0.0.1");
      assertThat(page(logPage(stranger, 0x70, 1024, 0)).getLong(8)).isZero();
      assertThat(logPage(allowed, 2, 512, 0).code()).isEqualTo(NvmeStatus.INVALID_LOG_PAGE);
      ByteBuffer identify = TestHost.transportSgl(allowed.entry(6).putInt(40, 1), 4096);
      assertThat(page(allowed.command(identify, null)).get(111)).isEqualTo((byte) 2);
      ByteBuffer queues = allowed.entry(9).putInt(40, 7);
      assertThat(allowed.command(queues, null).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
    }
  }

  /// Nothing that a discovering host can see changes with a volume's path or limits.
  @Test
  void shouldCountOnlyChangesThatADiscoveringHostCanSee() throws IOException {
    try (TestHost host = TestHost.admin(running.address, DISCOVERY, RunningTarget.HOST)) {
      long before = page(logPage(host, 0x70, 1024, 0)).getLong(0);
      running.publish(HostAccess.ANY);
      assertThat(page(logPage(host, 0x70, 1024, 0)).getLong(0)).isEqualTo(before);
      running.publish(HostAccess.NONE);
      assertThat(page(logPage(host, 0x70, 1024, 0)).getLong(0)).isGreaterThan(before);
    }
  }

  private TestHost.Reply identify(int selector, int namespaceId) throws IOException {
    ByteBuffer sqe = admin.entry(6).putInt(4, namespaceId).putInt(40, selector);
    return admin.command(TestHost.transportSgl(sqe, 4096), null);
  }

  static TestHost.Reply logPage(TestHost host, int id, int length, long offset) throws IOException {
    int dwords = length / 4 - 1;
    ByteBuffer sqe = host.entry(2).putInt(40, id | dwords << 16).putLong(48, offset);
    return host.command(TestHost.transportSgl(sqe, length), null);
  }

  private int abort(int queueId, int commandId) throws IOException {
    ByteBuffer sqe = admin.entry(8).putInt(40, queueId | commandId << 16);
    return (int) admin.command(sqe, null).result();
  }

  private int setFeature(int id, int value) throws IOException {
    return admin.command(admin.entry(9).putInt(40, id).putInt(44, value), null).code();
  }

  private long getFeature(int id) throws IOException {
    return admin.command(admin.entry(0x0A).putInt(40, id), null).result();
  }

  private static ByteBuffer page(TestHost.Reply reply) {
    assertThat(reply.code()).isZero();
    return TestHost.le(reply.data().length).put(0, reply.data());
  }

  private static String text(ByteBuffer page, int offset, int length) {
    byte[] bytes = new byte[length];
    page.get(offset, bytes);
    return new String(bytes, StandardCharsets.US_ASCII).replace('\0', ' ').trim();
  }
}
