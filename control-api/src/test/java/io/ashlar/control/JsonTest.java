package io.ashlar.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldFillInWhatASpecificationLeavesOut() {
    VolumeSpec spec =
        Json.readRequest(utf8("{\"name\":\"db\",\"sizeBytes\":4096}"), VolumeSpec.class);
    assertThat(spec)
        .isEqualTo(new VolumeSpec("db", 4096, 4096, true, true, QosLimits.UNLIMITED, List.of()));
  }

  @Test
  void shouldReadBackWhatItWrote() {
    VolumeSpec spec =
        new VolumeSpec("a", 8192, 512, false, true, new QosLimits(5, 6, 7), List.of("iqn.x"));
    assertThat(Json.readRequest(Json.write(spec), VolumeSpec.class)).isEqualTo(spec);
  }

  @Test
  void shouldRefuseAFieldThatDoesNotExistByItsName() {
    assertThatThrownBy(() ->
            Json.readRequest(
                utf8("{\"name\":\"db\",\"sizeBytes\":4096,\"encrypt\":false}"), VolumeSpec.class))
        .isInstanceOfSatisfying(
            ControlException.class,
            refused -> assertThat(refused.code()).isEqualTo(ProblemCode.INVALID_REQUEST))
        .hasMessageContaining("encrypt");
  }

  @Test
  void shouldRefuseASpecificationWithoutASize() {
    assertThatThrownBy(() -> Json.readRequest(utf8("{\"name\":\"db\"}"), VolumeSpec.class))
        .isInstanceOf(ControlException.class)
        .hasMessageContaining("sizeBytes");
  }

  @Test
  void shouldRefuseABodyThatIsNull() {
    assertThatThrownBy(() -> Json.readRequest(utf8("null"), VolumeSpec.class))
        .isInstanceOf(ControlException.class);
  }
}
