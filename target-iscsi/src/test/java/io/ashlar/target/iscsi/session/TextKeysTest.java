package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextKeysTest {
  @Test
  void shouldReadPairsInOrderAndWriteThemBack() {
    TextKeys keys = parse("InitiatorName=iqn.a\0SessionType=Normal\0A==b=c\0Empty=\0");
    assertThat(keys).isNotNull();
    assertThat(keys.get("InitiatorName")).isEqualTo("iqn.a");
    assertThat(keys.get("A")).isEqualTo("=b=c");
    assertThat(keys.get("Empty")).isEmpty();
    assertThat(keys.get("absent")).isNull();
    assertThat(new String(keys.toBytes(), StandardCharsets.UTF_8))
        .isEqualTo("InitiatorName=iqn.a\0SessionType=Normal\0A==b=c\0Empty=\0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"novalue\0", "=value\0", "a=b\0c\0"})
  void shouldRefuseWhatIsNoPair(String text) {
    assertThat(parse(text)).isNull();
  }

  @Test
  void shouldRefuseMoreOrLongerPairsThanAnybodySends() {
    assertThat(parse("k=v\0".repeat(TextKeys.ENTRIES_MAX))).isNotNull();
    assertThat(parse("k=v\0".repeat(TextKeys.ENTRIES_MAX + 1))).isNull();
    assertThat(parse("k".repeat(TextKeys.KEY_BYTES_MAX) + "=v\0")).isNotNull();
    assertThat(parse("k".repeat(TextKeys.KEY_BYTES_MAX + 1) + "=v\0")).isNull();
    assertThat(parse("k=" + "v".repeat(TextKeys.VALUE_BYTES_MAX) + "\0")).isNotNull();
    assertThat(parse("k=" + "v".repeat(TextKeys.VALUE_BYTES_MAX + 1) + "\0")).isNull();
  }

  @Test
  void shouldTakeALastPairWithoutItsEnd() {
    TextKeys keys = parse("a=b");
    assertThat(keys).isNotNull();
    assertThat(keys.get("a")).isEqualTo("b");
  }

  private static @Nullable TextKeys parse(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    try {
      return TextKeys.parse(bytes, 0, bytes.readableBytes());
    } finally {
      bytes.release();
    }
  }
}
