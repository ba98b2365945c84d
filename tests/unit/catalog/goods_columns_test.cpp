#include <doctest/doctest.h>

#include "catalog/check/goods_columns.hpp"

using namespace minglu;

namespace {

using Places = std::vector<std::size_t>;

}  // namespace

TEST_CASE("headers of shops and of published lists are understood, in Chinese and in English") {
    struct Case {
        std::vector<std::string> headers;
        Places numbers, names, holders;
        std::optional<std::size_t> nice_class;
    };
    const std::vector<Case> cases{
        {{"商标注册号", "商标名称", "类别", "权利人"}, {0}, {1}, {3}, 2},
        {{"序号", "商品名称", "品牌", "生产厂家", "规格"}, {}, {1, 2}, {3}, {}},
        {{"No.", "Product", "Brand", "Registration Number", "Class", "Manufacturer"}, {3}, {1, 2}, {5}, 4},
        {{"专利号", "专利名称", "专利权人"}, {0}, {1}, {2}, {}},
        {{" 专 利 申请号 ", "证书编号", "key"}, {0, 1, 2}, {}, {}, {}},
        {{"注册号", "国际分类号", "尼斯分类"}, {0}, {}, {}, 1},
        {{"商标注册证号", "商品名称（必填）", "国际分类号", "生产厂家(全称)"}, {0}, {1}, {3}, 2},
        {{"价格", "库存"}, {}, {}, {}, {}},
        {{"注册号/专利号（必填）", "商标或品牌", "商标注册号或专利号", "规格/型号"}, {0, 2}, {1}, {}, {}},
        {{"商标注册号【必填】", "库存"}, {0}, {}, {}, {}},
        {{"（备注）", "库存"}, {}, {}, {}, {}},
        {{}, {}, {}, {}, {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.headers.size());
        const GoodsColumns columns = find_goods_columns(c.headers);
        CHECK(columns.numbers == c.numbers);
        CHECK(columns.names == c.names);
        CHECK(columns.holders == c.holders);
        CHECK(columns.nice_class == c.nice_class);
    }
}

TEST_CASE("titles above the header are passed over") {
    const auto found = find_goods_header(
        {{"某某市场商品清单"}, {"检查日期", "2026-01-31"}, {"编号", "商品名称", "厂家"}, {"1", "涪陵榨菜", "某厂"}});
    REQUIRE(found);
    CHECK(found->row == 2);
    CHECK(found->columns.names == Places{1});
}

TEST_CASE("a list whose headers nobody knows is refused with those headers and with what is known") {
    const auto found = find_goods_header({{"价格", "库存"}, {"1", "2"}});
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::bad_request);
    CHECK(found.error().where == "row 1: 价格, 库存");
    CHECK(found.error().cure.find("商标注册号") != std::string::npos);
    CHECK(find_goods_header({}).error().code == ErrorCode::missing_value);
    // A holder alone says nothing of what is sold.
    CHECK_FALSE(find_goods_header({{"权利人"}}));
}
