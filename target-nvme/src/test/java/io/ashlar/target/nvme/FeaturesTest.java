package io.ashlar.target.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.target.nvme.spec.NvmeStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Features, properties and Identify at their edges (Base 2.0, 3.1.3, 5.15, 5.17 and 5.27).
@SuppressWarnings({"ByteBufferBackingArray", "NullAway.Init"})
class FeaturesTest {
  private static final int IDENTIFY = 0x06;
  private static final int SET_FEATURES = 0x09;
  private static final int GET_FEATURES = 0x0A;
  private static final int TIMESTAMP = 0x0E;
  private static final int HOST_IDENTIFIER = 0x81;

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

  private int set(int id, int namespaceId, int value) throws IOException {
    ByteBuffer sqe = admin.entry(SET_FEATURES).putInt(4, namespaceId);
    return admin.command(sqe.putInt(40, id).putInt(44, value), null).code();
  }

  private TestHost.Reply get(int id, int namespaceId) throws IOException {
    ByteBuffer sqe = admin.entry(GET_FEATURES).putInt(4, namespaceId);
    return admin.command(sqe.putInt(40, id), null);
  }

  /// What has no effect is kept at least, as it was set.
  @ParameterizedTest
  @CsvSource({
    "0x01, 0, 0x07030201, 0x07030201",
    "0x02, 0, 0x20, 0x20",
    "0x04, 0, 0x0157, 0x0157",
    "0x05, 1, 0x00ff, 0x00ff",
    "0x05, -1, 0x0001, 0x0001",
    "0x0A, 0, 0xffffffff, 0x1",
    "0x19, 0, 0, 0",
    "0x82, 1, 0xff, 0x0e",
    "0x82, -1, 0x02, 0x02",
    "0x83, 1, 1, 1",
    "0x83, 1, 0, 0"
  })
  void shouldGiveBackWhatWasSet(String id, int namespaceId, String value, String kept)
      throws IOException {
    int feature = Integer.decode(id);
    assertThat(set(feature, namespaceId, Long.decode(value).intValue())).isZero();
    TestHost.Reply reply = get(feature, namespaceId);
    assertThat(reply.code()).isZero();
    assertThat((int) reply.result()).isEqualTo(Long.decode(kept).intValue());
  }

  @ParameterizedTest
  @CsvSource({
    "0x02, 0, 0x01, 0x002", // there is one power state
    "0x05, 2, 0, 0x00B",
    "0x05, 1, 0x10000, 0x002", // deallocated blocks are no errors
    "0x07, 0, 0xffff0001, 0x002", // as many queues cannot be numbered
    "0x07, 0, 0x0001ffff, 0x002",
    "0x0F, 0, 999, 0x01A",
    "0x0F, 0, 600001, 0x01A",
    "0x0F, 0, 0xffffffff, 0x01A",
    "0x19, 0, 1, 0x002",
    "0x82, 2, 0, 0x00B",
    "0x83, 0, 1, 0x00B",
    "0x00, 0, 0, 0x002",
    "0x7f, 0, 0, 0x002"
  })
  void shouldRefuseValuesThatCannotBe(String id, int namespaceId, String value, String code)
      throws IOException {
    int asked = Long.decode(value).intValue();
    assertThat(set(Integer.decode(id), namespaceId, asked)).isEqualTo(Integer.decode(code));
  }

  @ParameterizedTest
  @CsvSource({"0x00, 0, 0x002", "0x06, 0, 0x002", "0x82, 2, 0x00B", "0x83, 7, 0x00B"})
  void shouldRefuseToShowWhatItDoesNotHave(String id, int namespaceId, String code)
      throws IOException {
    assertThat(get(Integer.decode(id), namespaceId).code()).isEqualTo(Integer.decode(code));
  }

  /// A timeout that is refused leaves the one before in place, rounded up to units of 100 ms.
  @Test
  void shouldKeepItsTimeoutIfTheNextIsRefused() throws IOException {
    assertThat(set(0x0F, 0, 1_001)).isZero();
    assertThat(set(0x0F, 0, 1)).isEqualTo(NvmeStatus.KEEP_ALIVE_TIMEOUT_INVALID);
    assertThat(get(0x0F, 0).result()).isEqualTo(1_100);
  }

  @Test
  void shouldRefuseDataOfTheWrongLength() throws IOException {
    ByteBuffer clock = admin.entry(SET_FEATURES).putInt(40, TIMESTAMP);
    assertThat(admin.command(TestHost.capsuleSgl(clock, 4), new byte[4]).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
    ByteBuffer read = admin.entry(GET_FEATURES).putInt(40, TIMESTAMP);
    assertThat(admin.command(TestHost.transportSgl(read, 4), null).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
    ByteBuffer id = admin.entry(GET_FEATURES).putInt(40, HOST_IDENTIFIER).putInt(44, 1);
    assertThat(admin.command(TestHost.transportSgl(id, 8), null).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
    ByteBuffer shortId = admin.entry(GET_FEATURES).putInt(40, HOST_IDENTIFIER);
    assertThat(admin.command(TestHost.transportSgl(shortId, 8), null).code())
        .as("fabrics know identifiers of 128 bits alone")
        .isEqualTo(NvmeStatus.INVALID_FIELD);
    ByteBuffer identify = admin.entry(IDENTIFY).putInt(40, 1);
    assertThat(admin.command(TestHost.transportSgl(identify, 4092), null).code())
        .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
    ByteBuffer huge = admin.entry(IDENTIFY).putInt(40, 1);
    assertThat(admin.command(TestHost.transportSgl(huge, 129 * 1024), null).code())
        .as("more than an admin command moves")
        .isEqualTo(NvmeStatus.INVALID_FIELD);
  }

  /// Structures of command sets other than NVM's there are none.
  @ParameterizedTest
  @CsvSource({
    "5, 1, 0, 0x000",
    "5, 1, 1, 0x02C",
    "6, 0, 2, 0x02C",
    "7, 0, 0, 0x000",
    "7, 0, 255, 0x02C",
    "8, 2, 0, 0x00B",
    "3, 0, 0, 0x00B",
    "3, -1, 0, 0x00B",
    "0, -1, 0, 0x000",
    "2, -3, 0, 0x000",
    "2, -2, 0, 0x00B"
  })
  void shouldIdentifyForTheNvmCommandSetAlone(
      int selector, int namespaceId, int commandSet, String code) throws IOException {
    ByteBuffer sqe = admin.entry(IDENTIFY).putInt(4, namespaceId).putInt(40, selector);
    sqe.putInt(44, commandSet << 24);
    assertThat(admin.command(TestHost.transportSgl(sqe, 4096), null).code())
        .isEqualTo(Integer.decode(code));
  }

  @Test
  void shouldTellHowLongItMayTakeToBecomeReady() throws IOException {
    assertThat(admin.command(admin.propertyGet(0x68, 0), null).result()).isEqualTo(20);
    assertThat(admin.command(admin.propertySet(0x14, 0), null).code()).isZero();
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result()).isZero();
    ByteBuffer wide = admin.propertySet(0x14, 0x460001).putInt(40, 1);
    assertThat(admin.command(wide, null).code())
        .as("CC has four bytes")
        .isEqualTo(NvmeStatus.INVALID_FIELD);
  }

  /// Command set, page size, arbitration, and sizes of entries that this controller does not have
  /// make it fail; those that it has, or zeroes, do not (Base 2.0, figure 46).
  @ParameterizedTest
  @CsvSource({
    "0x00460001, 1",
    "0x00000001, 1",
    "0x00460061, 1",
    "0x00460011, 2",
    "0x00460801, 2",
    "0x00460081, 2",
    "0x00450001, 2",
    "0x00360001, 2",
    "0x00460071, 2"
  })
  void shouldBeReadyOnlyWithAConfigurationThatItCanHave(String configuration, int status)
      throws IOException {
    admin.command(admin.propertySet(0x14, 0), null);
    admin.command(admin.propertySet(0x14, Integer.decode(configuration)), null);
    assertThat((int) admin.command(admin.propertyGet(0x1C, 0), null).result()).isEqualTo(status);
    boolean isReady = status == 1;
    ByteBuffer alive = admin.entry(0x18);
    assertThat(admin.command(alive, null).code())
        .isEqualTo(isReady ? 0 : NvmeStatus.COMMAND_SEQUENCE_ERROR);
  }

  @Test
  void shouldShutDownOnceAndComeBackByAReset() throws IOException {
    admin.command(admin.propertySet(0x14, 0x0046_8001), null);
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result()).as("abrupt").isEqualTo(9);
    admin.command(admin.propertySet(0x14, 0x0046_4001), null);
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result()).isEqualTo(9);
    admin.command(admin.propertySet(0x14, 0), null);
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result()).isZero();
    admin.enable();
    assertThat(admin.command(admin.entry(0x18), null).code()).isZero();
    admin.command(admin.propertySet(0x14, 0), null);
    admin.command(admin.propertySet(0x14, 0x4000), null);
    assertThat(admin.command(admin.propertyGet(0x1C, 0), null).result())
        .as("shut down while disabled")
        .isEqualTo(8);
  }

  @Test
  void shouldRefuseFabricsCommandsOutOfPlace() throws IOException {
    ByteBuffer connect = TestHost.capsuleSgl(admin.fabrics(1), 1024);
    assertThat(admin.command(connect, new byte[1024]).code())
        .isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
    assertThat(admin.command(admin.fabrics(0x77), null).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
    try (TestHost queue = running.queue(admin, 1)) {
      assertThat(queue.command(queue.fabrics(4), null).code()).isEqualTo(NvmeStatus.INVALID_FIELD);
      ByteBuffer again = TestHost.capsuleSgl(queue.fabrics(1), 1024);
      assertThat(queue.command(again, new byte[1024]).code())
          .isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
    }
  }
}
