package io.ashlar.target.nvme;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.nvme.spec.NvmeStatus;
import io.ashlar.target.nvme.subsystem.HostAccess;
import io.ashlar.target.nvme.subsystem.Subsystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A discovery controller and the Connect of any (Base 2.0, 3.1.2.3, 5.16.1.23 and 6.3).
@SuppressWarnings({"ByteBufferBackingArray", "NullAway.Init"})
class DiscoveryTest {
  private static final int DISCOVERY_LOG = 0x70;
  private static final int ENTRY_BYTES = 1024;

  private final RunningTarget running = RunningTarget.of4KiBlocks();
  private TestHost host;

  @BeforeEach
  void connect() throws IOException {
    host = TestHost.admin(running.address, Subsystem.DISCOVERY_NQN, RunningTarget.HOST);
  }

  @AfterEach
  void stop() throws IOException {
    host.close();
    running.close();
  }

  private byte[] log(int length, long offset) throws IOException {
    TestHost.Reply reply = AdminCommandsTest.logPage(host, DISCOVERY_LOG, length, offset);
    assertThat(reply.code()).isZero();
    return reply.data();
  }

  /// Hosts read the header first, then entries, in parts that need not fall together with them.
  @Test
  void shouldGiveItsLogInAnyParts() throws IOException {
    byte[] whole = log(2 * ENTRY_BYTES, 0);
    for (int[] part : new int[][] {{16, 0}, {1024, 1024}, {512, 768}, {4, 2044}, {1028, 1000}}) {
      assertThat(log(part[0], part[1]))
          .as("%d bytes at %d", part[0], part[1])
          .isEqualTo(Arrays.copyOfRange(whole, part[1], part[1] + part[0]));
    }
    byte[] beyond = log(4096, 1024);
    assertThat(Arrays.copyOf(beyond, ENTRY_BYTES)).isEqualTo(Arrays.copyOfRange(whole, 1024, 2048));
    assertThat(Arrays.copyOfRange(beyond, ENTRY_BYTES, 4096)).containsOnly(0);
    assertThat(log(16, 2048)).as("at the end").containsOnly(0);
  }

  @ParameterizedTest
  @CsvSource({"16, 2052", "16, 2", "16, -4"})
  void shouldRefusePartsThatCannotBe(int length, long offset) throws IOException {
    assertThat(AdminCommandsTest.logPage(host, DISCOVERY_LOG, length, offset).code())
        .isEqualTo(NvmeStatus.INVALID_FIELD);
  }

  @Test
  void shouldRefuseALogPageWithoutRoomForIt() throws IOException {
    ByteBuffer sqe = host.entry(2).putInt(40, DISCOVERY_LOG | 255 << 16);
    assertThat(host.command(TestHost.transportSgl(sqe, 512), null).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
  }

  @Test
  void shouldTellThatItsLogChangedOnceUntilItIsRead() throws IOException {
    ByteBuffer configure = host.entry(9).putInt(40, 0x0B).putInt(44, 1 << 31);
    assertThat(host.command(configure, null).code()).isZero();
    ByteBuffer first = host.entry(0x0C);
    host.sendCommand(first, null);
    running.publish(HostAccess.of(Set.of(RunningTarget.HOST)));
    assertThat((int) host.awaitReply(first.getShort(2)).result()).isEqualTo(0x70_F0_02);
    ByteBuffer second = host.entry(0x0C);
    host.sendCommand(second, null);
    running.publish(HostAccess.ANY);
    ByteBuffer retain = host.entry(2).putInt(40, DISCOVERY_LOG | 1 << 15 | 3 << 16);
    assertThat(host.command(TestHost.transportSgl(retain, 16), null).code()).isZero();
    assertThat(host.seen).as("the event is not read yet").isEmpty();
    log(16, 0);
    assertThat((int) host.awaitReply(second.getShort(2)).result()).isEqualTo(0x70_F0_02);
  }

  @Test
  void shouldHaveNoMoreThanADiscoveryControllerHas() throws IOException {
    ByteBuffer namespace = host.entry(6).putInt(4, 1).putInt(40, 0);
    assertThat(host.command(TestHost.transportSgl(namespace, 4096), null).code())
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    ByteBuffer small = host.entry(6).putInt(40, 1);
    assertThat(host.command(TestHost.transportSgl(small, 1024), null).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
    for (int feature : new int[] {0x82, 0x83, 0x81, 0x0E}) {
      ByteBuffer get = host.entry(0x0A).putInt(4, 1).putInt(40, feature);
      assertThat(host.command(get, null).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
    }
    try (TestHost queue = TestHost.initialized(running.address, 0)) {
      TestHost.Reply reply =
          queue.connect(1, 32, host.controllerId, Subsystem.DISCOVERY_NQN, RunningTarget.HOST);
      assertThat(reply.code()).as("no I/O queues").isEqualTo(0x182);
    }
  }

  /// Over TCP an I/O controller needs a keep-alive; a discovery controller does without, and keeps
  /// the one that it is given.
  @ParameterizedTest
  @CsvSource({
    "discovery, 0, 0x000",
    "discovery, 5000, 0x000",
    "discovery, 10, 0x01A",
    "volume, 0, 0x01A",
    "volume, 999, 0x01A",
    "volume, 1000, 0x000",
    "volume, -1, 0x01A"
  })
  void shouldTakeTheTimeoutsThatAControllerCanKeep(String what, int timeoutMs, String code)
      throws IOException {
    String nqn = what.equals("volume") ? running.nqn() : Subsystem.DISCOVERY_NQN;
    try (TestHost other = TestHost.initialized(running.address, 0)) {
      ByteBuffer sqe = other.connectEntry(0, 32).putInt(48, timeoutMs);
      TestHost.Reply reply =
          other.command(sqe, TestHost.connectData(0xFFFF, nqn, RunningTarget.HOST));
      assertThat(reply.code()).isEqualTo(Integer.decode(code));
      if (reply.code() == 0) {
        other.enable();
        ByteBuffer get = other.entry(0x0A).putInt(40, 0x0F);
        assertThat(other.command(get, null).result()).isEqualTo(timeoutMs);
      }
    }
  }

  @Test
  void shouldRefuseAdminQueuesThatAreTooLongAndHostsWithoutAnIdentifier() throws IOException {
    byte[] names = TestHost.connectData(0xFFFF, running.nqn(), RunningTarget.HOST);
    try (TestHost other = TestHost.initialized(running.address, 0)) {
      TestHost.Reply reply = other.command(other.connectEntry(0, 65), names);
      assertThat(reply.code()).isEqualTo(0x182);
      assertThat(reply.result()).as("SQSIZE").isEqualTo(44);
    }
    try (TestHost other = TestHost.initialized(running.address, 0)) {
      byte[] nameless = names.clone();
      Arrays.fill(nameless, 0, 16, (byte) 0);
      TestHost.Reply reply = other.command(other.connectEntry(0, 32), nameless);
      assertThat(reply.code()).isEqualTo(0x182);
      assertThat(reply.result()).as("HOSTID").isEqualTo(0x1_0000);
    }
  }

  /// A queue belongs to the host that has the controller, by both its names, once it is enabled.
  @Test
  void shouldRefuseQueuesOfControllersThatAreNotReadyOrOfAnotherHost() throws IOException {
    try (TestHost admin = running.admin();
        TestHost other = TestHost.initialized(running.address, 0);
        TestHost early = TestHost.initialized(running.address, 0)) {
      byte[] names = TestHost.connectData(admin.controllerId, running.nqn(), RunningTarget.HOST);
      byte[] another = names.clone();
      another[0] ^= 1;
      TestHost.Reply reply = other.command(other.connectEntry(1, 32), another);
      assertThat(reply.code()).isEqualTo(0x182);
      assertThat(reply.result()).as("HOSTID").isEqualTo(0x1_0000);
      admin.command(admin.propertySet(0x14, 0), null);
      assertThat(early.command(early.connectEntry(1, 32), names).code())
          .isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
    }
  }

  /// A host may send its next command before it has heard of its Connect.
  @Test
  void shouldTakeCommandsInOrderThatComeWithTheConnect() throws IOException {
    try (TestHost other = TestHost.initialized(running.address, 0)) {
      ByteBuffer connect = other.connectEntry(0, 32);
      byte[] names = TestHost.connectData(0xFFFF, running.nqn(), RunningTarget.HOST);
      byte[] first = other.commandPdu(connect, names);
      ByteBuffer property = other.propertyGet(8, 0);
      byte[] second = other.commandPdu(property, null);
      byte[] both = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      other.send(both);
      assertThat(other.awaitReply(connect.getShort(2)).code()).isZero();
      assertThat(other.awaitReply(property.getShort(2)).result()).isEqualTo(0x20000);
    }
  }

  @Test
  void shouldHangUpOnAHostThatTerminatesBeforeItConnects() throws IOException {
    byte[] terminate = new byte[24];
    terminate[0] = 2;
    terminate[2] = 24;
    terminate[4] = 24;
    try (TestHost first = new TestHost(running.address);
        TestHost later = TestHost.initialized(running.address, 0);
        TestHost wrong = TestHost.initialized(running.address, 0)) {
      first.send(terminate);
      assertThat(first.drain()).isNull();
      later.send(terminate);
      assertThat(later.drain()).isNull();
      wrong.sendData(1, 1, 0, new byte[16], 4);
      TestHost.Pdu last = requireNonNull(wrong.drain(), "a C2HTermReq before the end");
      assertThat(last.type()).as("data before the Connect").isEqualTo(3);
      assertThat(last.header().getShort(8)).isEqualTo((short) 2);
    }
  }
}
