// The table of the section 'polling' of connectors without code.
#include "config/declarative_reader.h"
#include "config/request_fields.h"
#include "config/table_field.h"

namespace ferry::config {

namespace {

Field limited(Field made, std::int64_t min, std::int64_t max) {
    made.min = min;
    made.max = max;
    return made;
}

Field required(Field made) {
    made.is_required = true;
    return made;
}

const FieldTable& startFields() {
    static const FieldTable table("'start'", [] {
        std::vector<Field> fields = requestFields({"GET", "POST"});
        fields.push_back(
            required(formed("cursor", AnyForm::Expression, "the position 'now' in the answer"))
        );
        return fields;
    }());
    return table;
}

const FieldTable& pageFields() {
    static const FieldTable table("a request of a resource", [] {
        std::vector<Field> fields = requestFields({"GET", "POST"});
        fields.push_back(required(
            field("records", ValueType::String, "pointer to the list of records in the answer")
        ));
        fields.push_back(formed(
            "empty", AnyForm::Condition, "answers without that list that mean: there are no records"
        ));
        fields.push_back(
            formed("next_url", AnyForm::Expression, "address of the next page in the answer")
        );
        fields.push_back(
            formed("next_page", AnyForm::Expression, "token of the next page, for ${page}")
        );
        fields.push_back(limited(
            field("page_size", ValueType::Integer, "records of a full page: another one follows"),
            1,
            10'000
        ));
        fields.push_back(byDefault(
            limited(field("first_page", ValueType::Integer, "number of the first page"), 0, 1), "1"
        ));
        fields.push_back(field(
            "past_end",
            ValueType::List,
            "statuses of a numbered page that is not there: the one before was the last"
        ));
        fields.push_back(
            formed("cursor", AnyForm::Expression, "the position after the last page, in its answer")
        );
        return fields;
    }());
    return table;
}

const FieldTable& resourceFields() {
    static const FieldTable table("a resource of 'polling'", [] {
        Field name = required(field("name", ValueType::String, "what it is called in the map"));
        name.pattern = Pattern::compile("[a-z][a-z0-9_-]{0,63}").value_or(Pattern());
        name.pattern_message = "a name is small letters, digits, '-' and '_'";
        return std::vector<Field>{
            name,
            within(
                field("start", ValueType::Object, "asks for the position 'now' before a listing"),
                startFields()
            ),
            within(field("list", ValueType::Object, "asks for everything"), pageFields()),
            within(field("changes", ValueType::Object, "asks for what has changed"), pageFields()),
            field("updated", ValueType::String, "pointer to the time of a record, for ${since}"),
            byDefault(
                limited(
                    field("overlap", ValueType::Duration, "how far a poll looks back beyond it"),
                    0,
                    86'400'000
                ),
                "2m"
            ),
        };
    }());
    return table;
}

const FieldTable& intervalFields() {
    static const FieldTable interval(
        "'interval'",
        {
            byDefault(
                limited(
                    field("min", ValueType::Duration, "after a poll that found something"),
                    1'000,
                    604'800'000
                ),
                "1m"
            ),
            byDefault(
                limited(
                    field("max", ValueType::Duration, "after many that found nothing"),
                    1'000,
                    604'800'000
                ),
                "15m"
            ),
        }
    );
    return interval;
}

const FieldTable& rateFields() {
    static const FieldTable rate(
        "'rate'",
        {
            required(limited(
                field("requests", ValueType::Integer, "of all instances of an app"), 1, 1'000'000
            )),
            required(
                limited(field("per", ValueType::Duration, "in any such time"), 1'000, 86'400'000)
            ),
        }
    );
    return rate;
}

}  // namespace

const FieldTable& pollingFields() {
    static const FieldTable table("'polling'", [] {
        Field resources = required(
            field("resources", ValueType::ObjectList, "what is asked for, one after another")
        );
        resources.table = &resourceFields();
        return std::vector<Field>{
            resources,
            within(field("interval", ValueType::Object, "time between polls"), intervalFields()),
            within(field("rate", ValueType::Object, "what the provider admits"), rateFields()),
            byDefault(
                limited(
                    field(
                        "tolerance",
                        ValueType::Duration,
                        "how far apart the times of a new record may be"
                    ),
                    0,
                    3'600'000
                ),
                "2s"
            ),
            limited(
                field(
                    "compare_every",
                    ValueType::Duration,
                    "how often everything is listed, to find what was deleted"
                ),
                60'000,
                2'592'000'000
            ),
            byDefault(
                field(
                    "unique_ids",
                    ValueType::Boolean,
                    "whether an id is of one resource alone, whichever that is"
                ),
                "false"
            ),
            byDefault(field("expired", ValueType::List, "statuses that give the cursor up"), "410"),
            formed(
                "limited", AnyForm::Condition, "answers beside 429 that mean: too many requests"
            ),
            formed(
                "limited_until", AnyForm::Expression, "in such an answer, when one may ask again"
            ),
        };
    }());
    return table;
}

}  // namespace ferry::config
