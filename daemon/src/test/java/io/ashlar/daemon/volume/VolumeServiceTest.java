package io.ashlar.daemon.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.ashlar.control.ControlException;
import io.ashlar.control.DeleteMode;
import io.ashlar.control.ProblemCode;
import io.ashlar.control.QosLimits;
import io.ashlar.control.VolumeSpec;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.daemon.volume.VolumeRecord.Phase;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VolumeServiceTest {
  private static final long GIB = 1L << 30;
  private static final String NQN = "nqn.2014-08.org.nvmexpress:uuid:a";

  private final FakeVolumeRegistry registry = new FakeVolumeRegistry();
  private final FakeVolumeEngine engine = new FakeVolumeEngine();
  private final VolumeService service =
      new VolumeService(
          registry, engine, new ExportNames(List.of("127.0.0.1:4420"), List.of("127.0.0.1:3260")));

  private static ProblemCode refusal(Runnable action) {
    ControlException refused = catchThrowableOfType(ControlException.class, action::run);
    assertThat(refused).as("refused").isNotNull();
    return refused.code();
  }

  @Test
  void shouldAnswerARepeatedCreationWithTheSameVolume() {
    VolumeService.Created first = service.create(VolumeSpec.of("db", GIB));
    VolumeService.Created second = service.create(VolumeSpec.of("db", GIB));
    assertThat(first.isNew()).isTrue();
    assertThat(second.isNew()).isFalse();
    assertThat(second.volume()).isEqualTo(first.volume());
    assertThat(engine.volumes).hasSize(1);
  }

  @Test
  void shouldRefuseAnotherSpecificationUnderATakenName() {
    service.create(VolumeSpec.of("db", GIB));
    assertThat(refusal(() -> service.create(VolumeSpec.of("db", 2 * GIB))))
        .isEqualTo(ProblemCode.VOLUME_EXISTS);
  }

  @Test
  void shouldForgetAVolumeThatTheEngineRefused() {
    engine.roomFor = 0;
    assertThat(refusal(() -> service.create(VolumeSpec.of("db", GIB))))
        .isEqualTo(ProblemCode.POOL_FULL);
    assertThat(registry.records()).isEmpty();
    engine.roomFor = 1;
    assertThat(service.create(VolumeSpec.of("db", GIB)).isNew()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "a_b", "-a", "a-", "a.b", "ä"})
  void shouldRefuseNamesThatHostsCouldNotUse(String name) {
    assertThat(refusal(() -> service.create(VolumeSpec.of(name, GIB))))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -4096, 4095, 4097, (1L << 50) + 4096, Long.MAX_VALUE})
  void shouldRefuseSizesThatNoVolumeCanHave(long sizeBytes) {
    assertThat(refusal(() -> service.create(VolumeSpec.of("db", sizeBytes))))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void shouldGrowAndNeverShrink() {
    service.create(VolumeSpec.of("db", GIB));
    assertThat(service.resize("db", 2 * GIB).sizeBytes()).isEqualTo(2 * GIB);
    assertThat(refusal(() -> service.resize("db", GIB))).isEqualTo(ProblemCode.SHRINK_REFUSED);
    assertThat(engine.exported.values())
        .singleElement()
        .satisfies(each -> assertThat(each.spec().sizeBytes()).isEqualTo(2 * GIB));
  }

  @Test
  void shouldFindAVolumeByNameAndById() {
    String id = service.create(VolumeSpec.of("db", GIB)).volume().id();
    assertThat(service.volume(id)).isEqualTo(service.volume("db"));
    assertThat(refusal(() -> service.volume("other"))).isEqualTo(ProblemCode.VOLUME_NOT_FOUND);
  }

  @Test
  void shouldNeverEmptyAHostListByRevoking() {
    service.create(VolumeSpec.of("db", GIB));
    service.allowHost("db", NQN);
    service.allowHost("db", NQN);
    assertThat(service.allowHost("db", "iqn.2026-11.test:b").hosts()).hasSize(2);
    assertThat(service.revokeHost("db", NQN).hosts()).containsExactly("iqn.2026-11.test:b");
    assertThat(refusal(() -> service.revokeHost("db", NQN))).isEqualTo(ProblemCode.HOST_NOT_FOUND);
    assertThat(refusal(() -> service.revokeHost("db", "iqn.2026-11.test:b")))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void shouldRefuseAHostThatIsNoName() {
    service.create(VolumeSpec.of("db", GIB));
    assertThat(refusal(() -> service.allowHost("db", "10.0.0.1")))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void shouldLimitAVolume() {
    service.create(VolumeSpec.of("db", GIB));
    assertThat(service.limit("db", new QosLimits(100, 0, 500)).qos().iops()).isEqualTo(100);
    assertThat(refusal(() -> service.limit("db", new QosLimits(-1, 0, 500))))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
    assertThat(refusal(() -> service.limit("db", new QosLimits(1, 0, 0))))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void shouldWithdrawAndDelete() {
    service.create(VolumeSpec.of("db", GIB));
    service.delete("db", DeleteMode.UNUSED);
    assertThat(engine.volumes).isEmpty();
    assertThat(engine.exported).isEmpty();
    assertThat(registry.records()).isEmpty();
    assertThat(service.volumes()).isEmpty();
  }

  @Test
  void shouldExportNamesMadeOfTheId() {
    String id = service.create(VolumeSpec.of("db", GIB)).volume().id();
    assertThat(service.volume("db").exports().nvmeSubsystem())
        .isEqualTo("nqn.2026-11.io.ashlar:" + id);
    assertThat(service.volume("db").exports().iscsiTarget())
        .isEqualTo("iqn.2026-11.io.ashlar:" + id);
  }

  /// Every row of the table in [VolumeRecovery].
  @ParameterizedTest
  @CsvSource({
    "CREATING, false, 0, 0, false",
    "CREATING, true, 1, 1, false",
    "READY, true, 1, 1, false",
    "READY, false, 1, 0, true",
    "DELETING, true, 0, 0, false",
    "DELETING, false, 0, 0, false",
    ", true, 1, 1, true"
  })
  void shouldSettleWhatACrashLeft(
      @Nullable Phase phase, boolean isHeld, int recorded, int exported, boolean isWarned) {
    VolumeId id = new VolumeId(UUID.randomUUID());
    VolumeRecord volume = new VolumeRecord(id, VolumeSpec.of("db", GIB), Phase.READY);
    if (phase != null) {
      registry.put(volume.phase(phase));
    }
    if (isHeld) {
      engine.create(volume);
    }
    List<String> warnings = service.start();
    assertThat(registry.records()).hasSize(recorded);
    assertThat(engine.exported).hasSize(exported);
    assertThat(engine.volumes).hasSize(isHeld && recorded == 1 ? 1 : 0);
    assertThat(warnings).hasSize(isWarned ? 1 : 0);
  }

  @Test
  void shouldDeleteNoVolumeThatAHostUsesUnlessForced() {
    service.create(VolumeSpec.of("db", GIB));
    engine.connected = List.of(NQN);
    assertThat(service.volume("db").connected()).containsExactly(NQN);
    assertThat(refusal(() -> service.delete("db", DeleteMode.UNUSED)))
        .isEqualTo(ProblemCode.VOLUME_IN_USE);
    assertThat(engine.exported).hasSize(1);
    service.delete("db", DeleteMode.EVEN_IF_USED);
    assertThat(engine.volumes).isEmpty();
  }

  @Test
  void shouldFinishADeletionThatFailedHalfWay() {
    service.create(VolumeSpec.of("db", GIB));
    engine.isDown = true;
    assertThat(refusal(() -> service.delete("db", DeleteMode.UNUSED)))
        .isEqualTo(ProblemCode.NOT_READY);
    assertThat(service.volumes()).isEmpty();
    assertThat(refusal(() -> service.create(VolumeSpec.of("db", GIB))))
        .isEqualTo(ProblemCode.VOLUME_EXISTS);
    engine.isDown = false;
    service.delete("db", DeleteMode.UNUSED);
    assertThat(registry.records()).isEmpty();
    assertThat(engine.volumes).isEmpty();
  }

  @Test
  void shouldCloseAVolumeWithoutARecordToAllHostsUntilOneIsAllowed() {
    VolumeId id = new VolumeId(UUID.randomUUID());
    engine.create(new VolumeRecord(id, VolumeSpec.of("db", GIB), Phase.READY));
    assertThat(service.start()).singleElement().asString().contains("closed to all hosts");
    assertThat(service.volume("db").hosts()).containsExactly(VolumeSpec.NO_HOST);
    assertThat(service.allowHost("db", NQN).hosts()).containsExactly(NQN);
    assertThat(refusal(() -> service.allowHost("db", VolumeSpec.NO_HOST)))
        .isEqualTo(ProblemCode.INVALID_REQUEST);
  }

  @Test
  void shouldServeTheEnginesSizeAfterACrashBetweenAResizeAndItsRecord() {
    VolumeId id = new VolumeId(UUID.randomUUID());
    VolumeRecord recorded = new VolumeRecord(id, VolumeSpec.of("db", GIB), Phase.READY);
    registry.put(recorded);
    engine.create(recorded.sized(2 * GIB));
    assertThat(service.start()).isEmpty();
    assertThat(service.volume("db").sizeBytes()).isEqualTo(2 * GIB);
    assertThat(engine.exported.get(id)).isEqualTo(recorded.sized(2 * GIB));
  }
}
