package dev.gatun.apps;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The floors of the house: each module uses only those beneath it. */
class ArchitectureTest {
    private static final String NATIVE = "dev.gatun.libtorch..";
    private static final String RAW = "dev.gatun.ffm..";
    private static final String GENERATOR = "dev.gatun.ffm.generator..";
    private static final String BINDINGS = "dev.gatun.torch..";
    private static final String NN = "dev.gatun.nn..";
    private static final String DATA = "dev.gatun.data..";
    private static final String HART = "dev.gatun.hart..";
    private static final String APPS = "dev.gatun.apps..";
    /** Where peers are measured, so where their libraries are called too. */
    private static final String BENCH = "dev.gatun.apps.bench..";

    /** Where c10d's Gloo is called, which only JavaCPP's classes reach. */
    private static final String GLOO = "dev\\.gatun\\.nn\\.distributed\\.Gloo.*";

    private static final List<String> BOTTOM_TO_TOP = List.of(NATIVE, RAW, BINDINGS, NN, DATA, HART, APPS);

    private static final Pattern GENERATED =
            Pattern.compile(".*/(AtenRaw\\d+|Aten|TensorMethods|TorchFunctions)\\.class");

    private static JavaClasses house;

    @BeforeAll
    static void read() {
        // What libraries do inside is no matter here, and the ops' classes, which are generated and huge, use only
        // their neighbours: reading both would take most of the time.
        ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
        house = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.matches(GENERATED))
                .importPackages("dev.gatun");
    }

    @Test
    void everyFloorIsThereAndNothingElse() {
        for (String floor : BOTTOM_TO_TOP) {
            String name = floor.substring(0, floor.length() - 2);
            assertThat(house.stream().filter(c -> c.getPackageName().startsWith(name)))
                    .as(floor)
                    .isNotEmpty();
        }
        classes()
                .should()
                .resideInAnyPackage(BOTTOM_TO_TOP.toArray(String[]::new))
                .check(house);
    }

    @Test
    void eachFloorUsesOnlyThoseBeneathIt() {
        for (int i = 0; i < BOTTOM_TO_TOP.size(); i++) {
            List<String> above = new ArrayList<>(BOTTOM_TO_TOP.subList(i + 1, BOTTOM_TO_TOP.size()));
            if (!above.isEmpty()) {
                noClasses()
                        .that()
                        .resideInAPackage(BOTTOM_TO_TOP.get(i))
                        .should()
                        .dependOnClassesThat()
                        .resideInAnyPackage(above.toArray(String[]::new))
                        .check(house);
            }
        }
    }

    @Test
    void dataNeedsOnlyTheBindings() {
        noClasses()
                .that()
                .resideInAPackage(DATA)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(NATIVE, RAW, NN)
                .check(house);
    }

    @Test
    void onlyTheBindingsMakeRawCalls() {
        noClasses()
                .that()
                .resideOutsideOfPackages(RAW, BINDINGS)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(RAW)
                .check(house);
        noClasses()
                .that()
                .resideOutsideOfPackage(GENERATOR)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(GENERATOR)
                .because("the generator runs when Gatun is made, not when it is used")
                .check(house);
    }

    @Test
    void javaCppIsUsedOnlyToExtractLibrariesToDumpSchemasForGlooAndAsAPeer() {
        noClasses()
                .that()
                .resideOutsideOfPackages(NATIVE, GENERATOR, BENCH)
                .and()
                .haveNameNotMatching(GLOO)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(house);
    }

    @Test
    void eachLibraryIsUsedInOneFloorOnly() {
        onlyIn("ai.djl..", DATA, BENCH);
        onlyIn("org.duckdb..", DATA);
        onlyIn("picocli..", APPS);
        onlyIn("me.tongfei..", APPS);
        onlyIn("org.openjdk.jmh..", BENCH);
        onlyIn("org.knowm..", APPS);
    }

    private static void onlyIn(String library, String... floors) {
        noClasses()
                .that()
                .resideOutsideOfPackages(floors)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(house);
    }

    @Test
    void modulesHaveNoCycles() {
        slices().matching("dev.gatun.(*)..").should().beFreeOfCycles().check(house);
    }

    @Test
    void everyCommandCanBeCalled() {
        Set<String> reached = new TreeSet<>();
        reach(Gatun.commandLine(Failures.forArguments()), reached);
        Set<String> commands = house.stream()
                .filter(type -> type.isAnnotatedWith(Command.class) && type.isAssignableTo(Callable.class))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(commands).isNotEmpty();
        assertThat(reached).containsAll(commands);
    }

    private static void reach(CommandLine line, Set<String> reached) {
        reached.add(line.getCommandSpec().userObject().getClass().getName());
        line.getSubcommands().values().forEach(child -> reach(child, reached));
    }
}
