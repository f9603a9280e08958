/** HART and its controls: hypernetworks, objectives, training and evaluation. */
module dev.gatun.hart {
    requires transitive dev.gatun.nn;
    requires transitive dev.gatun.data;
    requires com.fasterxml.jackson.databind;
    requires java.management;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires org.slf4j;

    exports dev.gatun.hart.config;
    exports dev.gatun.hart.evaluate;
    exports dev.gatun.hart.experiment;
    exports dev.gatun.hart.model;
    exports dev.gatun.hart.report;
    exports dev.gatun.hart.system;
    exports dev.gatun.hart.train;

    opens dev.gatun.hart.config to
            com.fasterxml.jackson.databind;
    opens dev.gatun.hart.experiment to
            com.fasterxml.jackson.databind;
    opens dev.gatun.hart.train to
            com.fasterxml.jackson.databind;
    opens dev.gatun.hart.evaluate to
            com.fasterxml.jackson.databind;
}
