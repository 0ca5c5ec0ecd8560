package io.ashlar.replication.metadata;

import static io.ashlar.replication.metadata.Samples.NODE;
import static io.ashlar.replication.metadata.Samples.POOL;
import static io.ashlar.replication.metadata.Samples.uuid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.metadata.ClusterCommand.ChangeVolume;
import io.ashlar.replication.metadata.ClusterCommand.CreateVolume;
import io.ashlar.replication.metadata.ClusterCommand.ForgetVolume;
import io.ashlar.replication.metadata.ClusterCommand.FormCluster;
import io.ashlar.replication.metadata.ClusterCommand.PutDevice;
import io.ashlar.replication.metadata.ClusterCommand.PutNode;
import io.ashlar.replication.metadata.ClusterCommand.PutPool;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ClusterStateTest {
  private ClusterState state = ClusterState.EMPTY.apply(Samples.FORM).state();

  @Test
  void shouldFormTheClusterOnceAndFirst() {
    assertThat(state.cluster()).isEqualTo(uuid(99));
    assertThat(state.version()).isEqualTo(1);
    assertRefused(new FormCluster(uuid(98)), "formed already");
    state = ClusterState.EMPTY;
    assertRefused(new PutNode(NODE), "not formed yet");
  }

  @Test
  void shouldKeepNodesAndNeverGoBackToAnOlderIncarnation() {
    apply(new PutNode(NODE));
    apply(new PutNode(new NodeMetadata(NODE.id(), "renamed", 4)));
    assertThat(state.nodes().get(NODE.id())).isEqualTo(new NodeMetadata(NODE.id(), "renamed", 4));
    assertRefused(new PutNode(NODE), "incarnation 4, this is its older 3");
    assertRefused(new PutNode(new NodeMetadata(uuid(7), "renamed", 1)), "another node is named");
    assertRefused(new PutNode(new NodeMetadata(uuid(7), "", 1)), "is no name");
  }

  @Test
  void shouldKeepPoolsUnderNamesOfTheirOwn() {
    apply(new PutPool(POOL));
    apply(new PutPool(new PoolMetadata(POOL.id(), "fast")));
    assertRefused(new PutPool(new PoolMetadata(uuid(8), "fast")), "another pool is named");
    assertRefused(new PutPool(new PoolMetadata(uuid(8), "No!")), "is no name");
    assertThat(state.pools().values()).containsExactly(new PoolMetadata(POOL.id(), "fast"));
  }

  @Test
  void shouldKeepDevicesOfKnownPoolsAndNodes() {
    assertRefused(new PutDevice(Samples.DEVICE), "a pool or a node");
    apply(new PutPool(POOL));
    assertRefused(new PutDevice(Samples.DEVICE), "a pool or a node");
    apply(new PutNode(NODE));
    apply(new PutDevice(Samples.DEVICE));
    apply(new PutDevice(Samples.DEVICE));
    assertThat(state.devices().values()).containsExactly(Samples.DEVICE);
    DeviceMetadata impossible =
        new DeviceMetadata(uuid(9), uuid(9), POOL.id(), NODE.id(), "/x".repeat(3000), 1);
    assertRefused(new PutDevice(impossible), "impossible size or path");
    DeviceMetadata negative = new DeviceMetadata(uuid(9), uuid(9), POOL.id(), NODE.id(), "/x", -1);
    assertRefused(new PutDevice(negative), "impossible size or path");
  }

  @Test
  void shouldNeverUseALayerNumberTwice() {
    apply(new CreateVolume(Samples.volume(5)));
    assertThat(state.nextLayer()).isEqualTo(6);
    apply(new ForgetVolume(Samples.volume(5).id()));
    assertRefused(new CreateVolume(Samples.volume(5)), "layer 5 was used before: take 6");
    assertRefused(new CreateVolume(Samples.volume(-1)), "layer 4294967295 was used before");
    apply(new CreateVolume(layered(-2)));
    assertThat(state.nextLayer()).isEqualTo(-1);
  }

  @Test
  void shouldRefuseVolumesThatCannotBe() {
    apply(new CreateVolume(Samples.volume(1)));
    assertRefused(new CreateVolume(Samples.volume(1)), "exists");
    VolumeMetadata volume = Samples.volume(2);
    assertRefused(new CreateVolume(named(volume, "volume-1")), "named 'volume-1' exists");
    assertRefused(new CreateVolume(named(volume, "-")), "is no volume name");
    assertRefused(new CreateVolume(named(volume, "a".repeat(64))), "is no volume name");
    assertRefused(new CreateVolume(volume.with(VolumePhase.READY)), "phase CREATING");
    assertRefused(new CreateVolume(withHosts(volume, 1025, "h")), "lists 1025 hosts");
    assertRefused(new CreateVolume(withHosts(volume, 1, "h".repeat(5000))), "too long");
    LayerMetadata foreign = new LayerMetadata(2, List.of(Samples.key(3, 1)));
    assertRefused(new CreateVolume(volume.with(foreign)), "its layer's own");
    LayerMetadata unsorted = new LayerMetadata(2, List.of(Samples.key(2, 2), Samples.key(2, 2)));
    assertRefused(new CreateVolume(volume.with(unsorted)), "rising generation");
    LayerMetadata many = new LayerMetadata(2, Collections.nCopies(65, Samples.key(2, 1)));
    assertRefused(new CreateVolume(volume.with(many)), "65 keys");
  }

  @Test
  void shouldChangeAVolumeOnlyAsItWasLastSeen() {
    VolumeMetadata volume = Samples.volume(1);
    apply(new CreateVolume(volume));
    long version = entry("volume-1").version();
    apply(new ChangeVolume(volume.with(VolumePhase.READY), version));
    assertRefused(
        new ChangeVolume(volume.with(VolumePhase.READY), version), "was changed meanwhile");
    VolumeMetadata larger = volume.with(VolumePhase.READY).with(new VolumeGeometry(1L << 40, 512));
    apply(new ChangeVolume(larger, entry("volume-1").version()));
    assertThat(entry("volume-1").volume()).isEqualTo(larger);
    assertThat(entry("volume-1").version()).isEqualTo(state.version());
    assertRefused(new ChangeVolume(Samples.volume(2), 1), "does not exist");
  }

  @Test
  void shouldRefuseChangesOfWhatStays() {
    VolumeMetadata volume = Samples.volume(1);
    apply(new CreateVolume(volume));
    long seen = entry("volume-1").version();
    assertRefused(new ChangeVolume(named(volume, "other"), seen), "stay as they were created");
    assertRefused(
        new ChangeVolume(volume.with(new VolumeGeometry(4096, 4096)), seen), "stay as they were");
    assertRefused(
        new ChangeVolume(volume.with(new LayerMetadata(9, List.of())), seen), "stay as they were");
    assertRefused(
        new ChangeVolume(volume.with(new LayerMetadata(1, List.of())), seen), "stays encrypted");
    apply(new ChangeVolume(volume.with(VolumePhase.DELETING), seen));
    assertRefused(
        new ChangeVolume(volume.with(VolumePhase.READY), state.version()), "cannot become READY");
  }

  @Test
  void shouldKeepPlainVolumesPlain() {
    VolumeMetadata plain = Samples.volume(1).with(new LayerMetadata(1, List.of()));
    apply(new CreateVolume(plain));
    assertRefused(
        new ChangeVolume(plain.with(new LayerMetadata(1, List.of(Samples.key(1, 1)))), 2),
        "stays plain");
  }

  @Test
  void shouldForgetVolumesThatAreNotServed() {
    VolumeMetadata volume = Samples.volume(1);
    apply(new CreateVolume(volume));
    apply(new ChangeVolume(volume.with(VolumePhase.READY), state.version()));
    assertRefused(new ForgetVolume(volume.id()), "is served");
    apply(new ChangeVolume(volume.with(VolumePhase.DELETING), state.version()));
    apply(new ForgetVolume(volume.id()));
    assertThat(state.volumes()).isEmpty();
    assertThat(state.volumeNamed("volume-1")).isNull();
    assertRefused(new ForgetVolume(volume.id()), "does not exist");
  }

  @Test
  void shouldBeTheSameForTheSameHistory() {
    assertThat(Samples.stateAfterHistory().version()).isEqualTo(Samples.history().size());
    ClusterState once = ClusterState.EMPTY;
    ClusterState twice = ClusterState.EMPTY;
    for (ClusterCommand command : Samples.history()) {
      once = once.apply(command).state();
      twice = twice.apply(command).state();
    }
    assertThat(once).isEqualTo(twice);
    assertThat(MetadataCodec.encode(once)).isEqualTo(MetadataCodec.encode(twice));
  }

  @Test
  void shouldNotChangeOnceMade() {
    ClusterState before = state;
    apply(new CreateVolume(Samples.volume(1)));
    assertThat(before.volumes()).isEmpty();
    assertThatThrownBy(() -> state.volumes().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  private void apply(ClusterCommand command) {
    Applied applied = state.apply(command);
    assertThat(applied.refusal()).isNull();
    assertThat(applied.isRefused()).isFalse();
    assertThat(applied.state().version()).isEqualTo(state.version() + 1);
    state = applied.state();
  }

  private void assertRefused(ClusterCommand command, String sentence) {
    Applied applied = state.apply(command);
    assertThat(applied.refusal()).contains(sentence);
    assertThat(applied.state()).isSameAs(state);
  }

  private VolumeEntry entry(String name) {
    return Objects.requireNonNull(state.volumeNamed(name));
  }

  private static VolumeMetadata layered(int layer) {
    return named(Samples.volume(layer), "high-layer");
  }

  private static VolumeMetadata named(VolumeMetadata volume, String name) {
    return new VolumeMetadata(
        new VolumeId(volume.id().uuid()),
        name,
        volume.geometry(),
        volume.layer(),
        volume.settings(),
        volume.phase());
  }

  private static VolumeMetadata withHosts(VolumeMetadata volume, int count, String host) {
    return volume.with(
        new VolumeSettings(
            volume.settings().compression(),
            volume.settings().qos(),
            Collections.nCopies(count, HostAccess.byName(host))));
  }
}
