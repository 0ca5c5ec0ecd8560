package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// EXTENDED COPY (LID1)'s parameter list, right and wrong (SPC-4 §6.4): what cannot be is refused
/// whole, with the sense that names it, and copies nothing.
class ExtendedCopyTest {
  private static final int BLOCK = 4096;
  private static final String STATUS_OF_LIST_1 = "84 00 01 00000000000000 000000ff 00 00";

  private final UnitFixture fixture = new UnitFixture(BLOCK);

  @BeforeEach
  void writeWhatIsCopied() {
    send("2a 00 00000000 00 0002 00", UnitFixture.filled(2 * BLOCK, 0x66));
  }

  private ScsiTask send(String cdb, byte... data) {
    return fixture.send(fixture.first, cdb, data);
  }

  private String copy(String list) {
    byte[] bytes = HexFormat.of().parseHex(list);
    String cdb = "83 00 0000000000000000 %08x 00 00".formatted(bytes.length);
    return UnitFixture.outcome(send(cdb, bytes));
  }

  private static String header(int targetsBytes, int segmentsBytes) {
    return "0100%04x00000000%08x00000000".formatted(targetsBytes, segmentsBytes);
  }

  private String target() {
    return target("e4000000" + "01030008", fixture.unit.identity().naa());
  }

  private static String target(String head, long naa) {
    return head + "%016x".formatted(naa) + "00".repeat(12) + "00001000";
  }

  private static String segment(int source, int destination, int blocks, long from, long to) {
    return "02000018%04x%04x0000%04x%016x%016x".formatted(source, destination, blocks, from, to);
  }

  private String blockAt(int lba) {
    return UnitFixture.data(send("28 00 %08x 00 0001 00".formatted(lba))).substring(0, 2);
  }

  @Test
  void shouldCopySegmentsInOrder() {
    String list =
        header(32, 56) + target() + segment(0, 0, 1, 0, 0x100) + segment(0, 0, 1, 0x100, 0x200);
    assertThat(copy(list)).isEqualTo("GOOD");
    assertThat(blockAt(0x200)).isEqualTo("66");
    assertThat(UnitFixture.data(send(STATUS_OF_LIST_1)))
        .as("two segments, 8 KiB")
        .isEqualTo("00000008" + "01" + "0002" + "01" + "00000008");
  }

  /// What lies behind the list's end in memory is somebody else's.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 20, 27})
  void shouldNotTakeASegmentThatEndsTooEarly(int missing) {
    String whole = header(32, 28) + target() + segment(0, 0, 1, 0, 0x155);
    assertThat(copy(whole)).isEqualTo("GOOD");
    send("42 00 00000000 00 0018 00", unmapOfBlock(0x155));
    String list = header(32, 28 - missing) + target() + segment(0, 0, 1, 0, 0x155);
    assertThat(copy(list.substring(0, list.length() - 2 * missing)))
        .isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
    assertThat(blockAt(0x155)).isEqualTo("00");
  }

  private static byte[] unmapOfBlock(int lba) {
    return HexFormat.of().parseHex("0016001000000000%016x0000000100000000".formatted(lba));
  }

  @Test
  void shouldNotTakeATargetThatEndsTooEarly() {
    String list = header(40, 28) + target() + "e400000000000000" + segment(0, 0, 1, 0, 0x100);
    assertThat(copy(list)).isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
    assertThat(blockAt(0x100)).isEqualTo("00");
  }

  @Test
  void shouldRefuseListsThatAreShorterThanTheySay() {
    assertThat(copy("0100002000000000")).isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
    assertThat(copy(header(32, 56) + target() + segment(0, 0, 1, 0, 1)))
        .isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
    String inline = "0100002000000000" + "0000001c" + "00000004";
    assertThat(copy(inline + target() + segment(0, 0, 1, 0, 1) + "00000000"))
        .as("no inline data")
        .isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
  }

  @Test
  void shouldTakeNothingToDoAsDone() {
    assertThat(UnitFixture.outcome(send("83 00 0000000000000000 00000000 00 00")))
        .isEqualTo("GOOD");
    assertThat(copy(header(32, 0) + target())).isEqualTo("GOOD");
    assertThat(copy(header(32, 28) + target() + segment(0, 0, 0, 0, 0))).isEqualTo("GOOD");
  }

  @Test
  void shouldBoundHowManyDescriptorsThereAre() {
    assertThat(copy(header(17 * 32, 0) + target().repeat(17)))
        .isEqualTo("TOO_MANY_TARGET_DESCRIPTORS");
    assertThat(copy(header(32, 17 * 28) + target() + segment(0, 0, 1, 0, 9).repeat(17)))
        .isEqualTo("TOO_MANY_SEGMENT_DESCRIPTORS");
    assertThat(copy(header(16 * 32, 17 * 28) + target().repeat(16) + "02".repeat(17 * 28)))
        .isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
    assertThat(
            copy(
                header(16 * 32, 16 * 28)
                    + target().repeat(16)
                    + segment(15, 0, 1, 0, 9).repeat(16)))
        .isEqualTo("GOOD");
  }

  @Test
  void shouldRefuseKindsOfDescriptorsThatItDoesNotKnow() {
    String other = "e0" + target().substring(2);
    assertThat(copy(header(32, 28) + other + segment(0, 0, 1, 0, 9)))
        .isEqualTo("UNSUPPORTED_TARGET_DESCRIPTOR");
    String stream = "00" + segment(0, 0, 1, 0, 9).substring(2);
    assertThat(copy(header(32, 28) + target() + stream))
        .isEqualTo("UNSUPPORTED_SEGMENT_DESCRIPTOR");
    assertThat(copy(header(32, 20) + target() + stream.substring(0, 40)))
        .as("the kind is told before the length")
        .isEqualTo("UNSUPPORTED_SEGMENT_DESCRIPTOR");
  }

  /// By index, by another kind of designator, and by a name that is nobody's.
  @ParameterizedTest
  @CsvSource({
    "1, e400000001030008, 0",
    "0, e400000002030008, 0",
    "0, e400000001010008, 0",
    "0, e400000001030010, 0",
    "0, e400000001030008, 1"
  })
  void shouldSayThatATargetIsOutOfReach(int index, String head, long offset) {
    String target = target(head, fixture.unit.identity().naa() + offset);
    assertThat(copy(header(32, 28) + target + segment(index, 0, 1, 0, 9)))
        .isEqualTo("COPY_TARGET_NOT_REACHABLE");
    assertThat(copy(header(64, 28) + target() + target + segment(0, index + 1, 1, 0, 9)))
        .isEqualTo("COPY_TARGET_NOT_REACHABLE");
    assertThat(UnitFixture.data(send(STATUS_OF_LIST_1))).as("failed").startsWith("0000000802");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 400, 0",
    "1, 0, 400",
    "2, 3ff, 0",
    "2, 0, 3ff",
    "1, 8000000000000000, 0",
    "1, 0, ffffffffffffffff"
  })
  void shouldCopyNothingBeyondTheEnd(int blocks, String from, String to) {
    long source = Long.parseUnsignedLong(from, 16);
    long destination = Long.parseUnsignedLong(to, 16);
    assertThat(copy(header(32, 28) + target() + segment(0, 0, blocks, source, destination)))
        .isEqualTo("COPY_ABORTED");
  }

  @Test
  void shouldKeepToReservations() {
    String register = "5f 00 00 00 00 00000018 00";
    byte[] keys = HexFormat.of().parseHex("0000000000000000" + "00000000000000ab" + "00".repeat(8));
    fixture.send(fixture.second, register, keys);
    byte[] key = HexFormat.of().parseHex("00000000000000ab" + "00".repeat(16));
    fixture.send(fixture.second, "5f 01 01 00 00 00000018 00", key);
    assertThat(copy(header(32, 28) + target() + segment(0, 0, 1, 0, 9))).isEqualTo("CONFLICT");
  }

  @Test
  void shouldTellWhatItCanDo() {
    String parameters = UnitFixture.data(send("84 03 00 00000000000000 000000ff 00 00"));
    assertThat(parameters).hasSize(2 * 46).startsWith("0000002a");
    assertThat(parameters.substring(16, 24)).as("targets, segments").isEqualTo("00100010");
    assertThat(parameters).endsWith("02" + "02e4");
  }
}
