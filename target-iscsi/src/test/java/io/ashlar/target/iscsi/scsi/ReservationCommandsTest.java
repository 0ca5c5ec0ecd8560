package io.ashlar.target.iscsi.scsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.BlockStatus;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReservationCommandsTest {
  private static final String TEST_UNIT_READY = "00 00 00 00 00 00";
  private static final String READ = "28 00 00000000 00 0001 00";
  private static final String WRITE = "2a 00 00000000 00 0001 00";

  private final UnitFixture fixture = new UnitFixture(4096);

  @ParameterizedTest(name = "type {0}: others read {1}, others write {2}, registrants write {3}")
  @CsvSource({
    "1, GOOD,     CONFLICT, CONFLICT",
    "3, CONFLICT, CONFLICT, CONFLICT",
    "5, GOOD,     CONFLICT, GOOD",
    "6, CONFLICT, CONFLICT, GOOD",
    "7, GOOD,     CONFLICT, GOOD",
    "8, CONFLICT, CONFLICT, GOOD",
  })
  void shouldKeepFromOthersWhatTheTypeSays(
      int type, String otherReads, String otherWrites, String registrantWrites) {
    register(fixture.first, 0, 0xa);
    assertThat(change(fixture.first, 1, type, 0xa, 0)).isEqualTo("GOOD");
    assertThat(outcome(fixture.send(fixture.second, READ))).isEqualTo(otherReads);
    assertThat(outcome(fixture.send(fixture.second, WRITE, new byte[4096]))).isEqualTo(otherWrites);
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY))).isEqualTo("GOOD");
    register(fixture.second, 0, 0xb);
    assertThat(outcome(fixture.send(fixture.second, WRITE, new byte[4096])))
        .isEqualTo(registrantWrites);
    assertThat(outcome(fixture.send(fixture.first, WRITE, new byte[4096]))).isEqualTo("GOOD");
  }

  @Test
  void shouldReportKeysReservationAndCapabilities() {
    register(fixture.first, 0, 0xa);
    register(fixture.second, 0, 0xb);
    change(fixture.first, 1, 1, 0xa, 0);
    assertThat(in(0)).isEqualTo("0000000200000010" + "000000000000000a" + "000000000000000b");
    assertThat(in(1)).isEqualTo("0000000200000010" + "000000000000000a" + "00000000" + "00010000");
    assertThat(in(2)).isEqualTo("00080180ea010000");
    assertThat(in(3))
        .startsWith("00000002")
        .contains(
            HexFormat.of()
                .formatHex(
                    "iqn.2026-11.test:second,i,0x000000000002"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  @Test
  void shouldTellThoseWhoLostTheirRegistrationAndWithdrawTheirTasks() {
    register(fixture.first, 0, 0xa);
    register(fixture.second, 0, 0xb);
    change(fixture.second, 1, 3, 0xb, 0);
    assertThat(change(fixture.first, 5, 3, 0xa, 0xb)).isEqualTo("GOOD");
    assertThat(fixture.withdrawn).containsExactly(fixture.second);
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY)))
        .isEqualTo("REGISTRATIONS_PREEMPTED");
    assertThat(outcome(fixture.send(fixture.second, READ))).isEqualTo("CONFLICT");
  }

  /// SPC-4 table 66.
  @ParameterizedTest
  @CsvSource({
    "1b 00 00 00 01 00, GOOD",
    "1b 00 00 00 00 00, CONFLICT",
    "1b 00 00 00 11 00, CONFLICT"
  })
  void shouldLetOthersStartAReservedUnitAndNotStopIt(String command, String expected) {
    register(fixture.first, 0, 0xa);
    change(fixture.first, 1, 1, 0xa, 0);
    assertThat(outcome(fixture.send(fixture.second, command))).isEqualTo(expected);
  }

  @Test
  void shouldUndoAChangeThatCannotBeSaved() {
    register(fixture.first, 0, 0xa);
    fixture.volume.failNext(BlockStatus.MEDIUM_ERROR);
    assertThat(change(fixture.first, 1, 1, 0xa, 0)).isNotEqualTo("GOOD");
    assertThat(in(1)).as("no reservation").isEqualTo("00000001" + "00000000");
    assertThat(outcome(fixture.send(fixture.second, WRITE, new byte[4096]))).isEqualTo("GOOD");
    assertThat(change(fixture.first, 1, 1, 0xa, 0)).isEqualTo("GOOD");
    assertThat(outcome(fixture.send(fixture.second, WRITE, new byte[4096]))).isEqualTo("CONFLICT");
  }

  @Test
  void shouldWithdrawTasksOfAHostThatOneOfAnotherProtocolPreempted() {
    fixture.volume.reservations().abortCommandsOf(List.of(fixture.second.host()));
    assertThat(fixture.withdrawn).containsExactly(fixture.second);
  }

  @Test
  void shouldRefuseWrongKeysListsAndScopes() {
    assertThat(change(fixture.first, 0, 0, 1, 2)).isEqualTo("CONFLICT");
    register(fixture.first, 0, 0xa);
    assertThat(change(fixture.first, 1, 1, 0xdead, 0)).isEqualTo("CONFLICT");
    assertThat(change(fixture.first, 1, 2, 0xa, 0)).isEqualTo("INVALID_FIELD_IN_CDB");
    assertThat(change(fixture.first, 1, 0x11, 0xa, 0)).isEqualTo("INVALID_FIELD_IN_CDB");
    change(fixture.first, 1, 1, 0xa, 0);
    assertThat(change(fixture.first, 2, 3, 0xa, 0)).isEqualTo("INVALID_RELEASE_OF_RESERVATION");
    ScsiTask cut = fixture.send(fixture.first, "5f 00 00 0000 00000017 00", new byte[23]);
    assertThat(outcome(cut)).isEqualTo("PARAMETER_LIST_LENGTH_ERROR");
  }

  @Test
  void shouldReserveTheUnitUntilItsHolderReleasesOrLeaves() {
    assertThat(outcome(fixture.send(fixture.first, "16 00 00 00 00 00"))).isEqualTo("GOOD");
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY))).isEqualTo("CONFLICT");
    assertThat(outcome(fixture.send(fixture.second, "12 00 00 00ff 00"))).isEqualTo("GOOD");
    assertThat(outcome(fixture.send(fixture.second, "17 00 00 00 00 00"))).isEqualTo("GOOD");
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY))).isEqualTo("CONFLICT");
    fixture.unit.detach(fixture.first);
    assertThat(outcome(fixture.send(fixture.second, TEST_UNIT_READY))).isEqualTo("GOOD");
  }

  @Test
  void shouldNotMixTheTwoKindsOfReservation() {
    register(fixture.first, 0, 0xa);
    assertThat(outcome(fixture.send(fixture.first, "16 00 00 00 00 00"))).isEqualTo("CONFLICT");
  }

  private void register(Nexus nexus, long key, long next) {
    assertThat(change(nexus, 0, 0, key, next)).isEqualTo("GOOD");
  }

  private String change(Nexus nexus, int action, int scopeAndType, long key, long next) {
    String list = "%016x%016x%016x".formatted(key, next, 0);
    String cdb = "5f %02x %02x 0000 00000018 00".formatted(action, scopeAndType);
    return outcome(fixture.send(nexus, cdb, HexFormat.of().parseHex(list)));
  }

  private String in(int action) {
    return UnitFixture.data(
        fixture.send(fixture.first, "5e %02x 0000000000 ffff 00".formatted(action)));
  }

  private static String outcome(ScsiTask task) {
    return UnitFixture.outcome(task);
  }
}
