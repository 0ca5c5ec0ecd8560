package io.ashlar.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.control.Exchange.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketAnswerTest {
  private static Answer parse(String text) throws IOException {
    return SocketAnswer.parse(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void shouldReadStatusTypeAndBody() throws Exception {
    Answer answer =
        parse(
            "HTTP/1.1 404 Not Found\nCONTENT-TYPE: application/json \nContent-Length: 5\n\nh\n..");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.contentType()).isEqualTo("application/json");
    assertThat(answer.body()).asString().isEqualTo("h\r\n..");
  }

  @Test
  void shouldReadAnAnswerWithoutABody() throws Exception {
    assertThat(parse("HTTP/1.1 204 No Content\nX: y\n\n").body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\n",
        "SSH-2.0-x\n\n",
        "HTTP/1.1 2\n\n",
        "HTTP/1.1 abc OK\n\n",
        "HTTP/1.1 200 OK\nContent-Length: 5\n\nshort" + "er",
        "HTTP/1.1 200 OK\nContent-Length: five\n\n12345",
        "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n0\n\n"
      })
  void shouldRefuseWhatIsNoWholeAnswer(String text) {
    assertThatThrownBy(() -> parse(text)).isInstanceOf(IOException.class);
  }
}
