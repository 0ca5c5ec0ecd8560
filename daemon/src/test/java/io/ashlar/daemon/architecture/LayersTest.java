package io.ashlar.daemon.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The import graph of the whole project. Each rule is first shown to catch a planted breach.
class LayersTest {
  private static final String OURS = "io.ashlar.";
  private static final String PLANTED = "io.ashlar.daemon.architecture.planted";

  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(
              location -> !location.contains("test-classes") && !location.contains("-tests.jar"))
          .importPackages("io.ashlar");

  private static final JavaClasses BREACHES = new ClassFileImporter().importPackages(PLANTED);

  /// The production bindings of the engine's ports: they have files, sockets, clocks and dice.
  private static final String[] REAL_ENDS = {
    "io.ashlar.replication.metadata.local",
    "io.ashlar.replication.metadata.raft",
    "io.ashlar.replication.identity",
    "io.ashlar.replication.network"
  };

  /// A library and the packages that may use it.
  record Fence(String library, List<String> users) {
    ArchRule rule() {
      return noClasses()
          .that()
          .resideOutsideOfPackages(users.toArray(String[]::new))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(library);
    }
  }

  static List<Fence> fences() {
    return List.of(
        new Fence(
            "org.agrona..",
            List.of(
                "io.ashlar.core..",
                "io.ashlar.nvme..",
                "io.ashlar.replication..",
                "io.ashlar.simulation..",
                "io.ashlar.target..",
                "io.ashlar.initiator..",
                "io.ashlar.daemon..")),
        new Fence(
            "io.netty..",
            List.of(
                "io.ashlar.target..",
                "io.ashlar.initiator..",
                "io.ashlar.replication.network",
                "io.ashlar.daemon.loop",
                "io.ashlar.daemon.cluster",
                "io.ashlar.daemon.node")),
        new Fence("org.apache.ratis..", List.of("io.ashlar.replication.metadata.raft")),
        new Fence("net.jpountz..", List.of("io.ashlar.core.transform")),
        new Fence(
            "org.bouncycastle..",
            List.of("io.ashlar.core.transform", "io.ashlar.replication.identity")),
        new Fence("net.openhft..", List.of("io.ashlar.daemon.inspect")),
        new Fence("io.javalin..", List.of("io.ashlar.daemon.admin")),
        new Fence("org.eclipse.jetty..", List.of("io.ashlar.daemon.admin")),
        new Fence("io.prometheus..", List.of("io.ashlar.daemon.metrics")),
        new Fence("ch.qos.logback..", List.of("io.ashlar.daemon.log")),
        new Fence("org.snakeyaml..", List.of("io.ashlar.daemon.config")),
        new Fence(
            "tools.jackson..",
            List.of("io.ashlar.control", "io.ashlar.cli", "io.ashlar.daemon.disk")),
        new Fence(
            "picocli..",
            List.of(
                "io.ashlar.cli",
                "io.ashlar.daemon.command",
                "io.ashlar.daemon.demo",
                "io.ashlar.daemon.inspect",
                "io.ashlar.daemon.salvage")));
  }

  @ParameterizedTest
  @MethodSource("fences")
  void shouldKeepEachLibraryBehindItsFence(Fence fence) {
    fence.rule().check(PRODUCTION);
  }

  @Test
  void shouldCatchALibraryBeyondItsFence() {
    assertThat(new Fence("org.agrona..", List.of("nowhere")).rule().evaluate(BREACHES))
        .satisfies(result -> assertThat(result.hasViolation()).isTrue());
  }

  @Test
  void shouldImportStrictlyDownwards() {
    classes().should(importOnlyLowerLevels()).check(PRODUCTION);
  }

  @Test
  void shouldCatchAPackageThatIsNotInTheTable() {
    assertThat(classes().should(importOnlyLowerLevels()).evaluate(BREACHES).getFailureReport())
        .satisfies(
            report -> assertThat(report.getDetails()).anyMatch(each -> each.contains(PLANTED)));
  }

  @Test
  void shouldCatchAnImportUpwards() {
    JavaClass daemon = PRODUCTION.get("io.ashlar.daemon.Main");
    JavaClass base = PRODUCTION.get("io.ashlar.core.base.Check");
    assertThat(isDownwards(daemon, base)).isTrue();
    assertThat(isDownwards(base, daemon)).isFalse();
    assertThat(isDownwards(base, PRODUCTION.get("io.ashlar.control.ByteSize"))).isFalse();
  }

  private static boolean isDownwards(JavaClass from, JavaClass to) {
    Integer fromLevel = Levels.of(from.getPackageName());
    Integer toLevel = Levels.of(to.getPackageName());
    return from.getPackageName().equals(to.getPackageName())
        || (fromLevel != null && toLevel != null && toLevel < fromLevel);
  }

  private static ArchCondition<JavaClass> importOnlyLowerLevels() {
    return new ArchCondition<>("import packages of lower levels only") {
      @Override
      public void check(JavaClass origin, ConditionEvents events) {
        if (Levels.of(origin.getPackageName()) == null) {
          String sentence = origin.getPackageName() + " is not in the table of Levels";
          events.add(SimpleConditionEvent.violated(origin, sentence));
        }
        for (Dependency each : origin.getDirectDependenciesFromSelf()) {
          JavaClass target = each.getTargetClass().getBaseComponentType();
          if (target.getPackageName().startsWith(OURS) && !isDownwards(origin, target)) {
            events.add(SimpleConditionEvent.violated(origin, each.getDescription()));
          }
        }
      }
    };
  }

  @Test
  void shouldShowTargetsTheFrontDoorOnly() {
    noClasses()
        .that()
        .resideInAPackage("io.ashlar.target..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.ashlar.core.device..",
            "io.ashlar.core.format..",
            "io.ashlar.core.segment..",
            "io.ashlar.core.index..",
            "io.ashlar.core.store..",
            "io.ashlar.core.transform..",
            "io.ashlar.nvme..")
        .allowEmptyShould(true)
        .check(PRODUCTION);
  }

  /// What would make a run of the engine impossible to repeat from a seed.
  static ArchRule deterministic(String... packages) {
    return noClasses()
        .that()
        .resideInAnyPackage(packages)
        .and()
        .resideOutsideOfPackages(REAL_ENDS)
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Math.class, "random")
        .orShould()
        .callMethod(java.util.UUID.class, "randomUUID")
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(
            Thread.class, java.util.Random.class, java.security.SecureRandom.class, Process.class)
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.util.concurrent..",
            "java.net..",
            "java.nio.channels..",
            "java.nio.file..",
            "java.time..")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching("java\\.io\\.(File|RandomAccessFile).*");
  }

  static ArchRule unsynchronized(String... packages) {
    return com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods()
        .that()
        .areDeclaredInClassesThat()
        .resideInAnyPackage(packages)
        .and()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackages(REAL_ENDS)
        .should()
        .haveModifier(JavaModifier.SYNCHRONIZED);
  }

  @Test
  void shouldKeepTheEngineRepeatable() {
    deterministic("io.ashlar.core..", "io.ashlar.replication..").check(PRODUCTION);
    unsynchronized("io.ashlar.core..", "io.ashlar.replication..").check(PRODUCTION);
  }

  @Test
  void shouldCatchEveryBreachOfRepeatability() {
    List<String> caught = deterministic(PLANTED).evaluate(BREACHES).getFailureReport().getDetails();
    for (String breach :
        List.of(
            "nanoTime",
            "currentTimeMillis",
            "Math.random",
            "randomUUID",
            "java.lang.Thread",
            "java.util.Random",
            "java.security.SecureRandom",
            "ReentrantLock",
            "java.net.Socket",
            "FileChannel",
            "java.nio.file.Path",
            "java.io.File")) {
      assertThat(caught).as(breach).anyMatch(each -> each.contains(breach));
    }
    assertThat(unsynchronized(PLANTED).evaluate(BREACHES).hasViolation()).isTrue();
  }
}
