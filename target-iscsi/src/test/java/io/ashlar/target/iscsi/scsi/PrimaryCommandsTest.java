package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every unit answers (SPC-4 §6): who it is, what it can, and how it stands.
class PrimaryCommandsTest {
  private static final long ABSENT = 0x0001_0000_0000_0000L;

  private final UnitFixture fixture = new UnitFixture(4096);

  private ScsiTask send(String cdb, byte... data) {
    return fixture.send(fixture.first, cdb, data);
  }

  private String data(String cdb) {
    ScsiTask task = send(cdb);
    assertThat(UnitFixture.outcome(task)).as(cdb).isEqualTo("GOOD");
    return UnitFixture.data(task);
  }

  private String outcome(String cdb) {
    return UnitFixture.outcome(send(cdb));
  }

  @Test
  void shouldListTheVitalProductPagesThatItHas() {
    String pages = data("12 01 00 00ff 00");
    assertThat(pages).isEqualTo("00000007" + "00808386b0b1b2");
    for (byte page : HexFormat.of().parseHex(pages.substring(8))) {
      assertThat(data("12 01 %02x 00ff 00".formatted(page))).startsWith("00%02x".formatted(page));
    }
    assertThat(outcome("12 01 81 00ff 00")).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(outcome("12 00 80 00ff 00"))
        .as("a page without EVPD")
        .isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(outcome("12 02 00 00ff 00"))
        .as("CMDDT is obsolete")
        .isEqualTo("INVALID_FIELD_IN_CDB");
  }

  /// Bounds that hosts plan by: they must be those that commands keep to.
  @ParameterizedTest
  @CsvSource({
    "4096, ff, 0001, 00000800, 00000100, 00000000",
    "512, ff, 0008, 00004000, 00000800, 00000008"
  })
  void shouldTellItsLimitsInBlocks(
      int block, String compare, String granularity, String most, String atomic, String unmap) {
    UnitFixture unit = new UnitFixture(block);
    String limits = UnitFixture.data(unit.send(unit.first, "12 01 b0 00ff 00"));
    assertThat(limits.substring(10, 12)).isEqualTo(compare);
    assertThat(limits.substring(12, 16)).isEqualTo(granularity);
    assertThat(limits.substring(16, 24)).isEqualTo(most);
    assertThat(limits.substring(56, 64)).as("unmap granularity").isEqualTo(unmap);
    assertThat(limits.substring(88, 96)).as("atomic").isEqualTo(atomic);
  }

  /// 01h asks for well known units alone, of which there are none (SPC-4 §6.33).
  @ParameterizedTest
  @CsvSource({
    "00, 00000008000000000000000000000000",
    "01, 0000000000000000",
    "02, 00000008000000000000000000000000"
  })
  void shouldReportItsOneUnit(String select, String list) {
    assertThat(data("a0 00 %s 000000 000000ff 00 00".formatted(select))).isEqualTo(list);
  }

  @Test
  void shouldReportUnitsInNoOtherWay() {
    assertThat(outcome("a0 00 03 000000 000000ff 00 00")).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(outcome("a0 00 10 000000 000000ff 00 00")).isEqualTo("INVALID_FIELD_IN_CDB");
  }

  @Test
  void shouldGiveUnitAttentionsAsDataInTheFormatAskedFor() {
    fixture.unit.reset(fixture.first);
    String fixed = data("03 00 0000 ff 00");
    assertThat(fixed).hasSize(2 * 18).startsWith("700006");
    assertThat(fixed.substring(24, 28)).isEqualTo("2903");
    assertThat(data("03 01 0000 ff 00")).as("told once").isEqualTo("7200000000000000");
    assertThat(UnitFixture.data(fixture.send(fixture.second, "03 01 0000 ff 00")))
        .isEqualTo("7206290300000000");
    ScsiTask absent = fixture.send(fixture.first, "03 00 0000 ff 00", ABSENT, new byte[0]);
    assertThat(UnitFixture.data(absent)).as("no such unit").startsWith("700005").contains("2500");
  }

  @Test
  void shouldHaveNoDefects() {
    assertThat(data("37 00 0d 00000000 00ff 00")).isEqualTo("000d0000");
    assertThat(data("b7 0d 00000000 000000ff 00 00")).isEqualTo("000d000000000000");
    assertThat(outcome("1e 00 0000 01 00")).as("nothing to eject").isEqualTo("GOOD");
  }

  @Test
  void shouldReportItsPortInEitherFormat() {
    String group = "00010001" + "00000001" + "00000001";
    assertThat(data("a3 0a 00000000 000000ff 00 00")).isEqualTo("0000000c" + group);
    assertThat(data("a3 2a 00000000 000000ff 00 00")).isEqualTo("00000010" + "10000000" + group);
    assertThat(outcome("a3 4a 00000000 000000ff 00 00")).isEqualTo("INVALID_FIELD_IN_CDB");
  }

  @Test
  void shouldReportTaskManagementFunctions() {
    assertThat(data("a3 0d 00000000 000000ff 00 00")).isEqualTo("da000000");
    assertThat(data("a3 0d 80000000 000000ff 00 00")).isEqualTo("da00000c" + "00".repeat(12));
  }

  /// Reporting options 1 to 3 (SPC-4 §6.35): by opcode, by opcode and service action, by either.
  @ParameterizedTest
  @CsvSource({
    "01 28 0000, 0003000a2818ffffffff1fffff00",
    "81 28 0000, 0083000a2818ffffffff1fffff00000a00000000000000000000",
    "01 ff 0000, 00010000",
    "02 9e 0012, 000300109e12ffffffffffffffffffffffff0000",
    "02 9e 0001, 00010000",
    "02 ff 0000, 00010000",
    "03 28 0000, 0003000a2818ffffffff1fffff00",
    "03 28 0001, 00010000",
    "03 9e 0012, 000300109e12ffffffffffffffffffffffff0000"
  })
  void shouldTellOfOneCommand(String request, String answer) {
    assertThat(data("a3 0c %s 000000ff 00 00".formatted(request))).isEqualTo(answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"01 9e 0012", "02 28 0000", "04 28 0000", "07 00 0000"})
  void shouldRefuseToTellOfACommandInTheWrongWay(String request) {
    assertThat(outcome("a3 0c %s 000000ff 00 00".formatted(request)))
        .isEqualTo("INVALID_FIELD_IN_CDB");
  }

  @Test
  void shouldListTimeoutsOnlyWhereTheyAreAskedFor() {
    int commands = CommandTable.COMMANDS.size();
    assertThat(data("a3 0c 00 00 0000 0000ffff 00 00")).hasSize(2 * (4 + 8 * commands));
    assertThat(data("a3 0c 80 00 0000 0000ffff 00 00")).hasSize(2 * (4 + 20 * commands));
  }

  @ParameterizedTest
  @CsvSource({
    "ff, INVALID_OPCODE",
    "04, INVALID_OPCODE",
    "9e 1f, INVALID_FIELD_IN_CDB",
    "5e 04, INVALID_FIELD_IN_CDB",
    "00 01, INVALID_FIELD_IN_CDB",
    "28 01, INVALID_FIELD_IN_CDB",
    "28 00 00000000 00 0001 04, INVALID_FIELD_IN_CDB"
  })
  void shouldRefuseCommandsAndBitsThatMeanNothing(String cdb, String outcome) {
    assertThat(outcome(cdb)).isEqualTo(outcome);
  }

  /// RESERVE (6) and RELEASE (6), which persistent registrations rule out (SPC-3 §5.6.3).
  @Test
  void shouldReserveTheUnitForOneSession() {
    assertThat(outcome("16")).isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "28 00 00000000 00 0001 00")))
        .isEqualTo("CONFLICT");
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "17")))
        .as("another's reservation stays")
        .isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "12 00 00 00ff 00")))
        .isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "16"))).isEqualTo("CONFLICT");
    fixture.unit.detach(fixture.first);
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "16")))
        .as("the session ended")
        .isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "17"))).isEqualTo("GOOD");
    byte[] key = HexFormat.of().parseHex("0000000000000000" + "00000000000000ab" + "00".repeat(8));
    send("5f 00 00 00 00 00000018 00", key);
    assertThat(outcome("16")).isEqualTo("CONFLICT");
    assertThat(outcome("17")).isEqualTo("CONFLICT");
  }

  @Test
  void shouldRefuseReservationListsThatAreWrong() {
    String register = "5f 00 00 00 00 00000018 00";
    byte[] list = new byte[24];
    list[20] = 0x08;
    assertThat(UnitFixture.outcome(send(register, list)))
        .as("SPEC_I_PT")
        .isEqualTo("INVALID_FIELD_IN_PARAMETER_LIST");
    list[20] = 0x04;
    assertThat(UnitFixture.outcome(send(register, list)))
        .as("ALL_TG_PT")
        .isEqualTo("INVALID_FIELD_IN_PARAMETER_LIST");
    assertThat(UnitFixture.outcome(send("5f 00 00 00 00 00000017 00", new byte[23])))
        .isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
    assertThat(UnitFixture.outcome(send(register, new byte[23])))
        .isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
    assertThat(UnitFixture.outcome(send("5f 01 02 00 00 00000018 00", new byte[24])))
        .as("no such type")
        .isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(UnitFixture.outcome(send("5f 01 11 00 00 00000018 00", new byte[24])))
        .as("no such scope")
        .isEqualTo("INVALID_FIELD_IN_CDB");
  }
}
