package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// MODE SENSE and MODE SELECT (SPC-4 §6.9 – §6.12), for a unit of 1,024 blocks of 4 KiB.
class ModeCommandsTest {
  private static final String CONTROL = "0a0a00100000" + "0000ffff0000";
  private static final String SHORT_DESCRIPTOR = "00000400" + "00001000";

  private final UnitFixture fixture = new UnitFixture(4096);

  private ScsiTask send(String cdb, byte... data) {
    return fixture.send(fixture.first, cdb, data);
  }

  private String sense(String cdb) {
    return UnitFixture.data(send(cdb));
  }

  private String select6(String list) {
    byte[] bytes = HexFormat.of().parseHex(list);
    return UnitFixture.outcome(send("15 10 00 00 %02x 00".formatted(bytes.length), bytes));
  }

  private String select10(String list) {
    byte[] bytes = HexFormat.of().parseHex(list);
    return UnitFixture.outcome(send("55 10 00 00 00 00 00 %04x 00".formatted(bytes.length), bytes));
  }

  @Test
  void shouldShowAPageBehindTheHeaderOfEitherCommand() {
    assertThat(sense("1a 00 0a 00 ff 00")).isEqualTo("17001008" + SHORT_DESCRIPTOR + CONTROL);
    assertThat(sense("5a 00 0a 00 00 00 00 00ff 00"))
        .isEqualTo("001a001000000008" + SHORT_DESCRIPTOR + CONTROL);
    assertThat(sense("5a 10 0a 00 00 00 00 00ff 00"))
        .as("LLBAA")
        .isEqualTo("0022001001000010" + "0000000000000400" + "00000000" + "00001000" + CONTROL);
    assertThat(sense("5a 18 0a 00 00 00 00 00ff 00"))
        .as("no descriptor")
        .isEqualTo("0012001001000000" + CONTROL);
  }

  @Test
  void shouldShowAllPagesAndCutThemAtTheAllocatedLength() {
    String all = sense("1a 08 3f ff ff 00");
    assertThat(all.substring(8)).startsWith("0812").contains(CONTROL).contains("1c0a");
    assertThat(sense("1a 08 3f 00 ff 00")).isEqualTo(all);
    assertThat(sense("1a 08 3f 00 06 00")).isEqualTo(all.substring(0, 12));
  }

  /// Current, changeable, default.
  @ParameterizedTest
  @CsvSource({
    "00, 0a0a0410080000" + "00ffff0000",
    "40, 0a0a0400080000" + "0000000000",
    "80, 0a0a0010000000" + "00ffff0000"
  })
  void shouldTellCurrentValuesFromChangeableOnesAndDefaults(String control, String page) {
    assertThat(select6("00000000" + "0a0a0410080000" + "00ffff0000")).isEqualTo("GOOD");
    int byte2 = Integer.parseInt(control, 16) | 0x0a;
    assertThat(sense("1a 08 %02x 00 ff 00".formatted(byte2)).substring(8)).isEqualTo(page);
  }

  @ParameterizedTest
  @CsvSource({
    "1a 08 ca 00 ff 00, SAVING_PARAMETERS_NOT_SUPPORTED",
    "1a 08 01 00 ff 00, INVALID_FIELD_IN_CDB",
    "1a 08 0a 01 ff 00, INVALID_FIELD_IN_CDB",
    "1a 08 3f 01 ff 00, INVALID_FIELD_IN_CDB",
    "15 11 00 00 04 00, INVALID_FIELD_IN_CDB",
    "15 00 00 00 04 00, INVALID_FIELD_IN_CDB",
    "15 10 00 00 00 00, GOOD"
  })
  void shouldRefuseWhatItDoesNotHave(String cdb, String outcome) {
    assertThat(UnitFixture.outcome(send(cdb, new byte[4]))).isEqualTo(outcome);
  }

  @Test
  void shouldTakePagesBehindADescriptorThatChangesNothing() {
    assertThat(select6("00000008" + SHORT_DESCRIPTOR + CONTROL)).isEqualTo("GOOD");
    assertThat(select10("0000000000000008" + SHORT_DESCRIPTOR + CONTROL)).isEqualTo("GOOD");
    assertThat(select10("0000000000000000" + "0a0a0410000000" + "00ffff0000")).isEqualTo("GOOD");
    assertThat(fixture.unit.senseFormat()).isEqualTo(SenseFormat.DESCRIPTOR);
  }

  @ParameterizedTest
  @CsvSource({
    "00000008 0000040000000200, INVALID_FIELD_IN_PARAMETER_LIST",
    "00000010 00000000000004000000000000001000, INVALID_FIELD_IN_PARAMETER_LIST",
    "00000008 00000400, INVALID_FIELD_IN_PARAMETER_LIST",
    "00000000 0a, PARAMETER_LIST_LENGTH_ERROR",
    "00000000 0a0a0010, PARAMETER_LIST_LENGTH_ERROR",
    "00000000 0a0800100000000000ff, INVALID_FIELD_IN_PARAMETER_LIST",
    "00000000 010a00000000000000000000, INVALID_FIELD_IN_PARAMETER_LIST",
    "00000000 3f0a00000000000000000000, INVALID_FIELD_IN_PARAMETER_LIST",
    "00000000 0a0a00200000000000ff0000, INVALID_FIELD_IN_PARAMETER_LIST",
    "0000, PARAMETER_LIST_LENGTH_ERROR"
  })
  void shouldChangeNothingByAListThatIsWrong(String list, String outcome) {
    assertThat(select6(list.replace(" ", ""))).isEqualTo(outcome);
    assertThat(sense("1a 08 0a 00 ff 00").substring(8)).isEqualTo(CONTROL);
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "00 00 00 00 00 00")))
        .as("nobody is told of a change")
        .isEqualTo("GOOD");
  }

  @Test
  void shouldTellOthersOnlyOfAChange() {
    assertThat(select6("00000000" + CONTROL)).isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "00 00 00 00 00 00")))
        .isEqualTo("GOOD");
    assertThat(select6("00000000" + "0a0a0410000000" + "00ffff0000")).isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(fixture.send(fixture.second, "00 00 00 00 00 00")))
        .isEqualTo("MODE_PARAMETERS_CHANGED");
  }

  /// What START STOP UNIT and MODE SELECT changed lasts until a reset.
  @Test
  void shouldStopAndStartTheUnit() {
    assertThat(UnitFixture.outcome(send("1b 00 00 00 00 00"))).isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(send("00 00 00 00 00 00")))
        .isEqualTo("INITIALIZING_COMMAND_REQUIRED");
    assertThat(UnitFixture.outcome(send("28 00 00000000 00 0001 00")))
        .isEqualTo("INITIALIZING_COMMAND_REQUIRED");
    assertThat(UnitFixture.outcome(send("2a 00 00000000 00 0001 00", new byte[4096])))
        .isEqualTo("INITIALIZING_COMMAND_REQUIRED");
    assertThat(UnitFixture.outcome(send("12 00 00 00ff 00"))).isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(send("1b 00 00 00 01 00"))).isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(send("28 00 00000000 00 0001 00"))).isEqualTo("GOOD");
    assertThat(UnitFixture.outcome(send("1b 00 00 00 11 00"))).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(UnitFixture.outcome(send("1b 00 00 00 02 00"))).isEqualTo("INVALID_FIELD_IN_CDB");
  }
}
