package io.ashlar.initiator.nvme.target;

import static io.ashlar.initiator.nvme.target.CommandCrossTest.assertStatus;
import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.initiator.nvme.NvmeInitiator;
import io.ashlar.initiator.nvme.NvmeNamespace;
import io.ashlar.initiator.nvme.command.NvmeStatus;
import io.ashlar.initiator.nvme.command.ReservationCommands.Acquisition;
import io.ashlar.initiator.nvme.command.ReservationCommands.Persistence;
import io.ashlar.initiator.nvme.command.ReservationCommands.Registration;
import io.ashlar.initiator.nvme.command.ReservationCommands.ReleaseAction;
import io.ashlar.initiator.nvme.command.ReservationReport;
import io.ashlar.initiator.nvme.command.ReservationType;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Two hosts and one volume's reservations.
@Timeout(60)
@SuppressWarnings("NullAway.Init") // set before each test
class ReservationCrossTest {
  private static final long KEY = 0x1111_2222_3333_4444L;
  private static final long OTHER_KEY = 0xAAAA_BBBB_CCCC_DDDDL;

  private final ServedVolume served = new ServedVolume(16 << 20, 4096);
  private NvmeInitiator host;
  private NvmeInitiator otherHost;
  private NvmeNamespace mine;
  private NvmeNamespace theirs;

  @BeforeEach
  void connect() throws IOException {
    host = served.connect();
    otherHost = served.connectOther();
    mine = host.openNamespace(1, 4);
    theirs = otherHost.openNamespace(1, 4);
    assertThat(mine.shape().reservationCapabilities()).as("RESCAP").isNotZero();
  }

  @AfterEach
  void stop() {
    host.close();
    otherHost.close();
    served.close();
  }

  @Test
  void shouldKeepOthersFromWriting() throws IOException {
    register(mine, KEY);
    acquire(mine, KEY, ReservationType.WRITE_EXCLUSIVE);

    mine.write(0, new byte[4096]);
    theirs.read(0, 1);
    assertStatus(() -> theirs.write(0, new byte[4096]), NvmeStatus.RESERVATION_CONFLICT);
    assertStatus(() -> theirs.writeZeroes(0, 1), NvmeStatus.RESERVATION_CONFLICT);
    assertStatus(() -> theirs.deallocate(0, 1), NvmeStatus.RESERVATION_CONFLICT);
  }

  @Test
  void shouldKeepOthersFromReadingToo() throws IOException {
    register(mine, KEY);
    acquire(mine, KEY, ReservationType.EXCLUSIVE_ACCESS);

    assertStatus(() -> theirs.read(0, 1), NvmeStatus.RESERVATION_CONFLICT);
    assertStatus(() -> theirs.compare(0, new byte[4096]), NvmeStatus.RESERVATION_CONFLICT);
    mine.release(KEY, ReleaseAction.RELEASE, ReservationType.EXCLUSIVE_ACCESS);
    theirs.read(0, 1);
  }

  @Test
  void shouldLetRegistrantsIn() throws IOException {
    register(mine, KEY);
    acquire(mine, KEY, ReservationType.EXCLUSIVE_ACCESS_REGISTRANTS_ONLY);

    assertStatus(() -> theirs.read(0, 1), NvmeStatus.RESERVATION_CONFLICT);
    register(theirs, OTHER_KEY);
    theirs.write(0, new byte[4096]);
  }

  @Test
  void shouldReportWhoHoldsWhat() throws IOException {
    register(mine, KEY);
    register(theirs, OTHER_KEY);
    acquire(mine, KEY, ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY);

    ReservationReport report = theirs.reservations();

    assertThat(report.type()).isEqualTo(ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY);
    assertThat(report.generation()).isPositive();
    assertThat(report.registrants()).hasSize(2);
    for (ReservationReport.Registrant each : report.registrants()) {
      boolean isMine = each.hostId().equals(ServedVolume.HOST_ID);
      assertThat(each.key()).isEqualTo(isMine ? KEY : OTHER_KEY);
      assertThat(each.holdsReservation()).isEqualTo(isMine);
    }
  }

  @Test
  void shouldPreemptAHostThatIsGone() throws IOException {
    register(mine, KEY);
    acquire(mine, KEY, ReservationType.WRITE_EXCLUSIVE);
    register(theirs, OTHER_KEY);
    host.close();

    theirs.acquire(OTHER_KEY, KEY, Acquisition.PREEMPT, ReservationType.WRITE_EXCLUSIVE);

    theirs.write(0, new byte[4096]);
    try (NvmeInitiator again = served.connect()) {
      NvmeNamespace back = again.openNamespace(1, 2);
      assertStatus(() -> back.write(0, new byte[4096]), NvmeStatus.RESERVATION_CONFLICT);
    }
  }

  @Test
  void shouldRefuseWrongKeys() throws IOException {
    register(mine, KEY);
    assertStatus(
        () -> acquire(mine, KEY + 1, ReservationType.WRITE_EXCLUSIVE),
        NvmeStatus.RESERVATION_CONFLICT);
    assertStatus(
        () -> acquire(theirs, OTHER_KEY, ReservationType.WRITE_EXCLUSIVE),
        NvmeStatus.RESERVATION_CONFLICT);
    assertStatus(
        () -> mine.register(KEY + 1, 0, Registration.UNREGISTER, Persistence.UNCHANGED),
        NvmeStatus.RESERVATION_CONFLICT);
    mine.register(KEY, KEY + 1, Registration.REPLACE, Persistence.UNCHANGED);
    acquire(mine, KEY + 1, ReservationType.WRITE_EXCLUSIVE);
    mine.register(KEY + 1, 0, Registration.UNREGISTER, Persistence.UNCHANGED);
    assertThat(mine.reservations().registrants()).isEmpty();
    theirs.write(0, new byte[4096]);
  }

  @Test
  void shouldClearEverything() throws IOException {
    register(mine, KEY);
    register(theirs, OTHER_KEY);
    acquire(mine, KEY, ReservationType.WRITE_EXCLUSIVE);

    theirs.release(OTHER_KEY, ReleaseAction.CLEAR, ReservationType.NONE);

    ReservationReport report = mine.reservations();
    assertThat(report.registrants()).isEmpty();
    assertThat(report.type()).isEqualTo(ReservationType.NONE);
  }

  @Test
  void shouldRememberThroughPowerLossWhenAsked() throws IOException {
    mine.register(0, KEY, Registration.REGISTER, Persistence.KEPT_THROUGH_POWER_LOSS);
    assertThat(mine.reservations().persistsThroughPowerLoss()).isTrue();
  }

  private static void register(NvmeNamespace namespace, long key) throws IOException {
    namespace.register(0, key, Registration.REGISTER, Persistence.UNCHANGED);
  }

  private static void acquire(NvmeNamespace namespace, long key, ReservationType type)
      throws IOException {
    namespace.acquire(key, 0, Acquisition.ACQUIRE, type);
  }
}
