#include "interpolation/constraint.h"

#include <string>

#include "base/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace interpolation {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The node of the vectors.
Node TheNode() {
  NodeVariables variables;
  variables.id = "61e2a9c4-0f39-4b5a-8f25-8e3d3f1d7b11";
  variables.name = "n1";
  variables.attributes = {{"kernel.name", "linux"},
                          {"kernel.version", "6.18.44-fc-v669"},
                          {"cpu.numcores", "2"},
                          {"empty", ""}};
  variables.meta = {{"rack", "r1"}};
  return Node(variables);
}

TEST(CheckConstraint, HoldsAsNomadSays) {
  const Node node = TheNode();
  const struct {
    const char* why;
    const char* left;
    const char* op;
    const char* right;
    bool want;
  } kCases[] = {
      {"IP-128", "${attr.kernel.name}", "=", "linux", true},
      {"IP-128 the other way round", "linux", "=", "${attr.kernel.name}", true},
      {"IP-129", "${attr.nope}", "!=", "x", true},
      {"IP-129", "${attr.nope}", "=", "x", false},
      {"IP-130", "${attr.nope}", "!=", "${attr.nope2}", false},
      {"IP-130", "${attr.nope}", "=", "${attr.nope2}", false},
      {"missing and empty are alike here", "${attr.nope}",
       "!=", "${attr.empty}", false},
      {"IP-131", "${attr.nope}", "is_set", "", false},
      {"IP-131", "${attr.nope}", "is_not_set", "", true},
      {"IP-132 no class is still a class", "${node.class}", "is_set", "", true},
      {"IP-133 not a name here", "${node.region}", "=", "global", false},
      {"IP-134 text around", "${attr.kernel.name}x", "=", "linuxx", false},
      {"IP-134 text around", "x${attr.kernel.name}", "=", "xlinux", false},
      {"IP-135 attr. is missing", "${cpu.numcores}", ">=", "1", false},
      {"IP-136 as numbers", "${attr.cpu.numcores}", ">", "10", false},
      {"IP-137", "10.5", "<", "1.5", false},
      {"IP-137", "1", "<", "10", true},
      {"IP-137", "1", ">", "foo", false},
      {"IP-137", "bar", "<", "foo", true},
      {"at most", "2", "<=", "2", true},
      {"at least", "2", ">=", "2", true},
      {"a number is missing", "${attr.nope}", "<", "2", false},
      {"IP-138", "foo,bar,baz", "set_contains", "foo,  bar  ", true},
      {"IP-138", "foo,bar,baz", "set_contains", "foo,bam", false},
      {"all", "foo,bar", "set_contains_all", "bar,foo", true},
      {"any", "foo,bar", "set_contains_any", "x,foo", true},
      {"none of any", "foo,bar", "set_contains_any", "x,y", false},
      {"an empty item is none of them", "foo,bar", "set_contains_any", " ",
       false},
      {"IP-139", "1.2.3", "version", "~> 1.0", true},
      {"IP-140", "1.3.0-beta1", "version", ">= 0.6.1", false},
      {"IP-141", "1.3.0-beta1", "semver", ">= 0.6.1", true},
      {"IP-143", "${attr.kernel.version}", "version", ">= 5.0", false},
      {"IP-143", "${attr.kernel.version}", "semver", ">= 5.0", true},
      {"IP-144", "foobar", "regexp", "bar", true},
      {"IP-144", "foobar", "regexp", "^foo", true},
      {"IP-144", "foobar", "regexp", "^bar", false},
      {"other spelling", "a", "==", "a", true},
      {"other spelling", "a", "is", "a", true},
      {"other spelling", "a", "not", "b", true},
      {"meta", "${meta.rack}", "=", "r1", true},
      {"the id", "${node.unique.id}", "regexp", "^61e2", true},
      {"the name", "${node.unique.name}", "=", "n1", true},
      {"the datacenter", "${node.datacenter}", "=", "dc1", true},
      {"the pool", "${node.pool}", "=", "default", true},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const Verdict verdict = CheckConstraint({c.left, c.op, c.right}, node);
    EXPECT_EQ(verdict.met, c.want)
        << c.left << " " << c.op << " " << c.right << ": " << verdict.reason;
    EXPECT_EQ(verdict.reason.empty(), verdict.met);
  }
}

TEST(CheckConstraint, IP_145_DistinctHostsIsOnUnlessItIsFalse) {
  const Node node = TheNode();
  for (const char* on : {"", "true", "not_a_bool"}) {
    EXPECT_FALSE(CheckConstraint({"", "distinct_hosts", on}, node, 1).met)
        << on;
    EXPECT_TRUE(CheckConstraint({"", "distinct_hosts", on}, node, 0).met) << on;
  }
  EXPECT_TRUE(CheckConstraint({"", "distinct_hosts", "false"}, node, 7).met);
}

TEST(CheckConstraint, DistinctPropertyCountsWhatRunsHere) {
  const Node node = TheNode();
  const Constraint two = {"${meta.rack}", "distinct_property", "2"};
  EXPECT_TRUE(CheckConstraint(two, node, 1).met);
  EXPECT_FALSE(CheckConstraint(two, node, 2).met);
  EXPECT_FALSE(
      CheckConstraint({"${meta.rack}", "distinct_property", ""}, node, 1).met);
  EXPECT_THAT(
      CheckConstraint({"${meta.row}", "distinct_property", ""}, node).reason,
      HasSubstr("the node has no ${meta.row}"));
}

TEST(CheckConstraint, TellsTheNodesValue) {
  const Node node = TheNode();
  EXPECT_EQ(CheckConstraint({"${attr.kernel.name}", "=", "plan9"}, node).reason,
            "attr.kernel.name is \"linux\"");
  EXPECT_THAT(
      CheckConstraint({"${attr.kernel.nmae}", "=", "linux"}, node).reason,
      AllOf(HasSubstr("the node has no ${attr.kernel.nmae}"),
            HasSubstr("did you mean \"attr.kernel.name\"")));
  EXPECT_THAT(
      CheckConstraint({"${attr.kernel.version}", "version", ">= 5.0"}, node)
          .reason,
      HasSubstr("\"semver\" would accept it"));
  EXPECT_THAT(CheckConstraint({"a,b", "set_contains", "b,c,d"}, node).reason,
              HasSubstr("without c, d"));
}

TEST(ValidateConstraint, RefusesWhatNoNodeCanBeAsked) {
  const struct {
    const char* why;
    Constraint constraint;
    const char* message;
  } kCases[] = {
      {"IP-133", {"${node.region}", "=", "global"}, "nothing that a node has"},
      {"IP-135", {"${cpu.numcores}", ">=", "1"}, "${attr.cpu.numcores}"},
      {"IP-142", {"1.0", "semver", "~> 1.0"}, "\"~>\""},
      {"IP-144", {"x", "regexp", "(["}, "not a regular expression"},
      {"IP-146", {"${node.pool.}", "=", "x"}, "nothing that a node has"},
      {"IP-146", {"${env.PATH}", "=", "x"}, "nothing that a node has"},
      {"IP-146", {"${}", "=", "x"}, "one ${...} alone"},
      {"IP-146", {"$node.datacenter}", "=", "x"}, "one ${...} alone"},
      {"IP-146", {"${node.datacenter", "=", "x"}, "one ${...} alone"},
      {"IP-134", {"${attr.x}y", "=", "x"}, "one ${...} alone"},
      {"IP-147", {"a", "near", "b"}, "\"near\" is not known"},
      {"IP-147", {"a", "", "b"}, "\"\" is not known"},
      {"IP-147", {"a", "=", ""}, "needs a value"},
      {"IP-147", {"${attr.x}", "is_set", "v"}, "takes no value"},
      {"a version", {"a", "version", "latest"}, "not a version"},
      {"a count", {"${meta.rack}", "distinct_property", "0"}, "from 1"},
      {"a count", {"${meta.rack}", "distinct_property", "x"}, "from 1"},
      {"no left side", {"", "=", "b"}, "no attribute"},
      {"a misspelt operator", {"a", "regex", "b"}, "did you mean \"regexp\""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_THAT(ValidateConstraint(c.constraint),
                base::StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr(c.message)));
    EXPECT_FALSE(CheckConstraint(c.constraint, TheNode()).met);
  }
}

TEST(ValidateConstraint, LeavesValuesThatOnlyANodeKnowsAlone) {
  EXPECT_OK(ValidateConstraint({"x", "regexp", "${meta.pattern}"}));
  EXPECT_OK(ValidateConstraint({"1.0", "version", "${meta.wanted}"}));
}

TEST(Constraint, ReadsAsNomadCountsIt) {
  EXPECT_EQ((Constraint{"${attr.kernel.name}", "=", "x"}).ToString(),
            "${attr.kernel.name} = x");
  EXPECT_EQ((Constraint{"${attr.x}", "is_set", ""}).ToString(),
            "${attr.x} is_set");
}

}  // namespace
}  // namespace interpolation
