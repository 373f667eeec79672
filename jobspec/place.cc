#include "jobspec/place.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace jobspec {

Place::Place(const Place& parent, absl::string_view field,
             absl::string_view kind, absl::string_view name)
    : parent_(&parent),
      kind_(kind),
      name_(name),
      range_(parent.range_),
      diagnostics_(parent.diagnostics_) {
  if (parent.node_ != nullptr) Enter(parent.node_->Find(field));
}

Place::Place(const Place& parent, absl::string_view field, size_t index,
             absl::string_view kind, absl::string_view name)
    : Place(parent, field, kind, name) {
  if (node_ == nullptr) return;
  const auto items = node_->items();
  node_ = nullptr;
  if (index < items.size()) Enter(&items[index]);
}

void Place::Enter(const Node* node) {
  node_ = node;
  if (node != nullptr && node->range().source != nullptr) {
    range_ = node->range();
  }
}

void Place::Error(absl::string_view field, absl::string_view summary,
                  absl::string_view detail) const {
  diagnostics_->Error(RangeOf(field), summary, Sentence(detail));
}

void Place::Warning(absl::string_view field, absl::string_view summary,
                    absl::string_view detail) const {
  diagnostics_->Warning(RangeOf(field), summary, Sentence(detail));
}

bool Place::IsWritten(absl::string_view field) const {
  if (node_ == nullptr) return true;
  const Node* node = node_->Find(field);
  return node != nullptr && node->range().source != nullptr;
}

hcl::Range Place::RangeOf(absl::string_view field) const {
  if (node_ == nullptr || field.empty()) return range_;
  if (const auto* form = node_->As<FreeForm>()) {
    for (const auto& [key, range] : form->keys) {
      if (key == field) return range;
    }
    return range_;
  }
  const Node* node = node_->Find(field);
  if (node == nullptr || node->range().source == nullptr) return range_;
  return node->range();
}

std::string Place::Sentence(absl::string_view detail) const {
  std::string sentence;
  AppendWords(&sentence);
  if (!sentence.empty()) sentence += ": ";
  absl::StrAppend(&sentence, detail, ".");
  sentence[0] = absl::ascii_toupper(static_cast<unsigned char>(sentence[0]));
  return sentence;
}

void Place::AppendWords(std::string* words) const {
  if (parent_ != nullptr) parent_->AppendWords(words);
  if (kind_.empty()) return;
  absl::StrAppend(words, words->empty() ? "" : ", ", kind_);
  if (!name_.empty()) absl::StrAppend(words, " \"", name_, "\"");
}

}  // namespace jobspec
